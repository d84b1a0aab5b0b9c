-- What version 4 added to the database of version 3: the account of a member with two has spoken, so its name is known.
UPDATE accounts SET name = 'Anna' WHERE id = 3;
UPDATE members SET name = 'Anna' WHERE id = 1;
