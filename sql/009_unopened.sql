-- The reminder of confidential mail that nobody has opened (domain.md 3.3 g): it names neither
-- sender nor title.

INSERT INTO dpvd.notification_template
    (name, language_code, subject, email_text, sms_text, reminder_prefix)
SELECT 'UnopenedConfidential', l.language_code, l.subject, l.body, l.body, l.prefix
  FROM (VALUES
      ('1044', 'Uåpnet taushetsbelagt post til $reporteeName$', 'Påminnelse: ',
       '$reporteeName$ har uåpnet taushetsbelagt post. Bare den som har fått tilgang til slik post, '
       'kan åpne den. Sørg for at noen hos dere har fått tilgang.'),
      ('2068', 'Uopna teiepliktig post til $reporteeName$', 'Påminning: ',
       '$reporteeName$ har uopna teiepliktig post. Berre den som har fått tilgang til slik post, '
       'kan opne henne. Sørg for at nokon hos dykk har fått tilgang.'),
      ('1033', 'Unopened confidential mail for $reporteeName$', 'Reminder: ',
       '$reporteeName$ has unopened confidential mail. Only those who were given access to such '
       'mail can open it. Please make sure that somebody at your organisation has access.')
  ) AS l (language_code, subject, prefix, body);
