ALTER TABLE issuers ADD COLUMN audiences TEXT;
