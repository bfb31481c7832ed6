-- Demo data for development and tests, never for production: the passwords are published. Applied
-- as dpvd_owner in one transaction after the migrations, as often as one likes.

INSERT INTO dpvd.organization (number, name, form, parent_number, address, postal_code, postal_area)
VALUES
    ('910646192', 'TESTDEPARTEMENTET', 'ORGL', NULL, '{Eksempelgata 1}', '0001', 'OSLO'),
    ('991825827', 'DEMODIREKTORATET', 'ORGL', NULL, '{Prøveveien 2}', '7004', 'TRONDHEIM'),
    ('974760673', 'ØVRE SANDVÆR KOMMUNE', 'KOMM', NULL, '{Rådhusplassen 1}', '8000', 'BODØ'),
    ('910820605', 'BLÅBÆR OG RØMME AS', 'AS', NULL, '{Storgata 3,Postboks 12}', '2380',
     'BRUMUNDDAL'),
    ('910568183', 'BLÅBÆR OG RØMME AS AVD ÅNDALSNES', 'BEDR', '910820605', '{Fjøsveien 4}', '6300',
     'ÅNDALSNES'),
    ('810514442', 'FJÆREHEIM BÅTFØRERLAG', 'FLI', NULL, '{Kaivegen 5}', '9008', 'TROMSØ')
ON CONFLICT (number) DO UPDATE SET
    name = EXCLUDED.name, form = EXCLUDED.form, parent_number = EXCLUDED.parent_number,
    address = EXCLUDED.address, postal_code = EXCLUDED.postal_code,
    postal_area = EXCLUDED.postal_area, status = 1, deleted = NULL;

INSERT INTO dpvd.notification_address (organization_number, kind, address, confirmed) VALUES
    ('910820605', 2, 'post@blaabaer.example', '2025-01-02T12:00:00Z'),
    ('910820605', 2, 'regnskap@blaabaer.example', '2025-01-02T12:00:00Z'),
    ('910820605', 1, '91929394', '2025-01-02T12:00:00Z')
ON CONFLICT (organization_number, kind, address) DO NOTHING;

-- Synthetic numbers: the month is moved by 80 or 40, nobody has them (domain.md 2.5).
INSERT INTO dpvd.person (number, first_name, middle_name, last_name, address, postal_code,
                         postal_area, dead)
VALUES
    ('15819010029', 'Åse', NULL, 'Bjørnstø', '{Lærkeveien 6}', '5003', 'BERGEN', false),
    ('55819010012', 'Øyvind', 'Sæther', 'Grønnås', '{Kråkestien 7}', '4006', 'STAVANGER', false),
    ('15519010094', 'Pål', NULL, 'Håvær', '{Ærfuglveien 8}', '9008', 'TROMSØ', false),
    ('12857510281', 'Märta', 'Ánne', 'Sørbø', '{Måltrostveien 9}', '9730', 'KÁRÁŠJOHKA', false),
    ('24889110011', 'Bjørg', NULL, 'Tømmerås', '{Gråspurvgata 10}', '1706', 'SARPSBORG', true)
ON CONFLICT (number) DO NOTHING;

-- One with contact data in use, one with data too old to be used, one who has opted out.
INSERT INTO dpvd.person_contact (number, email, mobile, language, reserved, verified) VALUES
    ('15819010029', 'aase@bjoernstoe.example', '+4791020304', 'nb', false, now()),
    ('12857510281', 'marta@soerboe.example', '41020304', 'se', false, '2020-01-02T12:00:00Z'),
    ('55819010012', NULL, NULL, 'nn', true, now())
ON CONFLICT (number) DO UPDATE SET verified = EXCLUDED.verified;

INSERT INTO dpvd.organization_role (organization_number, type, holder) VALUES
    ('910820605', 'DAGL', '15819010029'),
    ('910820605', 'LEDE', '55819010012'),
    ('810514442', 'LEDE', '15519010094')
ON CONFLICT (organization_number, type, holder, valid_from) DO NOTHING;

INSERT INTO dpvd.sender (kind, organization_number, code, name, name_nn, name_en, short_name,
                         agreement_version, agreement_accepted, agreement_signatory)
VALUES
    (1, '910646192', 'TTD', 'TESTDEPARTEMENTET', 'TESTDEPARTEMENTET', 'The Test Ministry',
     'Testdep', '1.0', '2025-01-02T12:00:00Z', 'Åse Bjørnstø'),
    (2, '991825827', 'DEM', 'DEMODIREKTORATET', 'DEMODIREKTORATET', 'The Demo Directorate',
     'Demodir', '1.0', '2025-01-02T12:00:00Z', 'Pål Håvær')
ON CONFLICT (organization_number) DO NOTHING;

-- demo-password and demo2-password, yescrypt at cost 5.
INSERT INTO dpvd.system_user (sender_id, name, code, password_hash)
SELECT s.id, u.name, u.code, u.hash
  FROM (VALUES
      ('910646192', 'demo', 'TTD_DEMO',
       '$y$j9T$h585hFb8yaKkAbOEpyrnM1$q2RLO1tPPbiPXW4p4qrngOCyjv/V3EyLmjuLY2O84o8'),
      ('991825827', 'demo2', 'DEM_DEMO',
       '$y$j9T$tqiwZlgaT76MoH0XHrGY0.$TdcgXsePKhKOw5HxfjMWz8PKn3kvmZCWHbt74OYzaYD')
  ) AS u (organization_number, name, code, hash)
  JOIN dpvd.sender s ON s.organization_number = u.organization_number
ON CONFLICT (name) DO NOTHING;
