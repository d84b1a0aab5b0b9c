-- Places of one community post the same trap where their slots fall on one instant. Such rounds share their answers, which are
-- kept under the round that was made first: `twin_of` of the others.
ALTER TABLE rounds ADD COLUMN twin_of INTEGER REFERENCES rounds (id);
CREATE INDEX rounds_twin_of ON rounds (twin_of) WHERE twin_of IS NOT NULL;
CREATE INDEX rounds_slot_at ON rounds (slot_at) WHERE revealed_at IS NULL;

-- Codes by which a place joins another's community, or an account another's member. Each is good once.
CREATE TABLE invitations (
    code       TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('community', 'member')),
    place      INTEGER NOT NULL REFERENCES places (id),
    account    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    -- A new code takes the place of the one before.
    UNIQUE (kind, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_account ON invitations (account);
