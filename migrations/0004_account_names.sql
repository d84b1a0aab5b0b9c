-- What each account goes by. A member with several goes by the name of the one that spoke last; once they part, each has its own.
-- Null: a linked account that has not spoken since names are kept.
ALTER TABLE accounts ADD COLUMN name TEXT;
UPDATE accounts SET name = (SELECT m.name FROM members m WHERE m.id = accounts.member)
    WHERE NOT EXISTS (SELECT 1 FROM accounts o WHERE o.member = accounts.member AND o.id <> accounts.id);
