-- Services that service owners make for themselves (domain.md 3.5): numeric codes from 9000 on.

CREATE SEQUENCE dpvd.service_code AS integer MINVALUE 9000 MAXVALUE 9999999;

GRANT USAGE ON SEQUENCE dpvd.service_code TO dpvd_app;
GRANT INSERT ON dpvd.service TO dpvd_app;
