-- Receipts that are looked up, listed and updated (domain.md 9).

-- A list: one type of receipt by the time of its last change. Sub-receipts come with their receipt.
CREATE INDEX receipt_changed ON dpvd.receipt (sender_id, type, last_changed, id)
    WHERE parent_id IS NULL;

-- The references of a receipt; the primary key finds the receipt of a reference.
CREATE INDEX receipt_reference_receipt ON dpvd.receipt_reference (sender_id, receipt_id);

-- The actual sender may read the receipts of its messages although another sender owns them. Only
-- messages that were sent on behalf of somebody have a place here.
CREATE INDEX correspondence_actual ON dpvd.correspondence (actual_number, receipt_id)
    WHERE actual_number <> technical_number;
CREATE INDEX correspondence_actual_reference
    ON dpvd.correspondence (actual_number, senders_reference, receipt_id)
    WHERE actual_number <> technical_number;

GRANT UPDATE (text, history, status, last_changed) ON dpvd.receipt TO dpvd_app;
