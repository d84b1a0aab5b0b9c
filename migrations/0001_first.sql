-- Times are milliseconds since 1970 in UTC, truth values 0 and 1, ids of a platform text.

-- What belongs to the database as a whole: `secret` (32 random bytes made with it), `opened` (how often).
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Who shares standings and open traps. `zone`: where its weeks and months begin.
CREATE TABLE communities (
    id           INTEGER NOT NULL PRIMARY KEY,
    zone         TEXT    NOT NULL DEFAULT 'UTC',
    -- Nobody has named a zone yet.
    zone_assumed INTEGER NOT NULL DEFAULT 1
) STRICT;

-- A Discord guild, a Slack workspace, the local web channel.
CREATE TABLE places (
    id          INTEGER NOT NULL PRIMARY KEY,
    platform    TEXT    NOT NULL,
    external_id TEXT    NOT NULL,
    community   INTEGER NOT NULL REFERENCES communities (id),
    UNIQUE (platform, external_id)
) STRICT;
CREATE INDEX places_community ON places (community);

-- AUTOINCREMENT: a deleted member's id is never given to somebody else.
CREATE TABLE members (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    community INTEGER NOT NULL REFERENCES communities (id),
    name      TEXT    NOT NULL
) STRICT;

CREATE TABLE accounts (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    place       INTEGER NOT NULL REFERENCES places (id),
    external_id TEXT    NOT NULL,
    member      INTEGER NOT NULL REFERENCES members (id),
    UNIQUE (place, external_id)
) STRICT;
CREATE INDEX accounts_member ON accounts (member);

CREATE TABLE feeds (
    id               INTEGER NOT NULL PRIMARY KEY,
    place            INTEGER NOT NULL REFERENCES places (id),
    -- Counts from 1 within the place. Feeds are never deleted, so a number is never given twice.
    number           INTEGER NOT NULL,
    channel          TEXT    NOT NULL,
    -- core::calendar::Schedule::stored
    rule             TEXT    NOT NULL,
    zone             TEXT    NOT NULL,
    series           TEXT,
    topic            TEXT,
    level            TEXT,
    sequence         TEXT    NOT NULL,
    -- 0: with the next post.
    reveal_hours     INTEGER NOT NULL,
    role             TEXT,
    thread           INTEGER NOT NULL,
    -- How late a missed slot may still be posted, in milliseconds.
    catch_up         INTEGER NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
    -- Why the channel refuses, as JSON; the four are null together.
    blocked          TEXT,
    blocked_since    INTEGER,
    blocked_tries    INTEGER,
    blocked_retry_at INTEGER,
    -- Slots at or before this instant are dealt with.
    since            INTEGER NOT NULL,
    -- When something is due next; null where the schedule has no further slot.
    next_at          INTEGER,
    created_at       INTEGER NOT NULL,
    -- Who is told when it is blocked.
    created_by       INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    UNIQUE (place, number)
) STRICT;
CREATE INDEX feeds_due ON feeds (next_at) WHERE state = 'active';
CREATE INDEX feeds_created_by ON feeds (created_by);

-- Traps as they were when they were posted, each text kept once.
CREATE TABLE trap_versions (
    -- SHA-256 of `json`.
    digest BLOB NOT NULL PRIMARY KEY,
    trap   TEXT NOT NULL,
    json   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rounds (
    id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    feed           INTEGER NOT NULL REFERENCES feeds (id),
    -- The slot's local time, such as 2026-11-24T09:00:00; `extra 1`, `extra 2` … outside the schedule.
    slot           TEXT    NOT NULL,
    slot_at        INTEGER NOT NULL,
    extra          INTEGER NOT NULL,
    late           INTEGER NOT NULL,
    -- The order of the options, as the bits of an unsigned number.
    seed           INTEGER NOT NULL,
    version        BLOB    NOT NULL REFERENCES trap_versions (digest),
    posted_at      INTEGER NOT NULL,
    -- Null: with the feed's next post.
    reveal_at      INTEGER,
    revealed_at    INTEGER,
    -- Its streaks are counted. Rounds are settled in the order of their slots.
    settled        INTEGER NOT NULL DEFAULT 0,
    -- How the answers fell out, as JSON; fixed at the reveal.
    tally          TEXT,
    -- Where the post is, once it is there.
    channel        TEXT,
    message        TEXT,
    reveal_channel TEXT,
    reveal_message TEXT,
    -- The channel or thread that takes the details.
    thread         TEXT,
    UNIQUE (feed, slot)
) STRICT;
CREATE INDEX rounds_open ON rounds (feed) WHERE revealed_at IS NULL;
CREATE INDEX rounds_due ON rounds (reveal_at) WHERE revealed_at IS NULL;
CREATE INDEX rounds_unsettled ON rounds (feed, slot_at) WHERE settled = 0;
CREATE INDEX rounds_by_slot ON rounds (feed, slot_at);

CREATE TABLE skipped_slots (
    feed    INTEGER NOT NULL REFERENCES feeds (id),
    slot    TEXT    NOT NULL,
    slot_at INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (feed, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
    round      INTEGER NOT NULL REFERENCES rounds (id),
    member     INTEGER NOT NULL REFERENCES members (id),
    -- The option's index in the trap, or the value that was typed.
    said       REAL    NOT NULL,
    -- 0 guess, 1 sure, 2 certain.
    confidence INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    -- The three are null until the reveal.
    points     INTEGER,
    verdict    TEXT,
    mistake    TEXT,
    PRIMARY KEY (round, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_member ON answers (member);

-- Sums of official points. `period`: core::score::period_key.
CREATE TABLE standings (
    community  INTEGER NOT NULL REFERENCES communities (id),
    period     TEXT    NOT NULL,
    member     INTEGER NOT NULL REFERENCES members (id),
    points     INTEGER NOT NULL,
    correct    INTEGER NOT NULL,
    answers    INTEGER NOT NULL,
    reached_at INTEGER NOT NULL,
    -- Two different shares of fewer than 2^26 answers are two different doubles, so this ranks exactly.
    accuracy   REAL    NOT NULL GENERATED ALWAYS AS (CAST(correct AS REAL) / max(answers, 1)) VIRTUAL,
    PRIMARY KEY (community, period, member)
) STRICT, WITHOUT ROWID;
-- core::score::rank as an index: a page is read off it.
CREATE INDEX standings_rank
    ON standings (community, period, points DESC, accuracy DESC, answers, reached_at, member);
CREATE INDEX standings_member ON standings (member);

CREATE TABLE streaks (
    feed    INTEGER NOT NULL REFERENCES feeds (id),
    member  INTEGER NOT NULL REFERENCES members (id),
    current INTEGER NOT NULL,
    best    INTEGER NOT NULL,
    freezes INTEGER NOT NULL,
    toward  INTEGER NOT NULL,
    PRIMARY KEY (feed, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX streaks_member ON streaks (member);

CREATE TABLE practice (
    member  INTEGER NOT NULL REFERENCES members (id),
    trap    TEXT    NOT NULL,
    times   INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (member, trap)
) STRICT, WITHOUT ROWID;

-- Messages that are owed. `sending` is committed before a send: a row found in it may have been sent.
CREATE TABLE outbox (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    feed        INTEGER NOT NULL REFERENCES feeds (id),
    -- Null for a notice.
    round       INTEGER REFERENCES rounds (id),
    kind        TEXT    NOT NULL CHECK (kind IN ('post', 'close', 'reveal', 'details', 'notice')),
    part        INTEGER NOT NULL DEFAULT 0,
    -- Within a round, a message waits until those of lower steps are settled.
    step        INTEGER NOT NULL,
    -- Of a notice: why the feed is blocked, as JSON.
    payload     TEXT,
    state       TEXT    NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'done', 'dropped')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER NOT NULL,
    -- When it was first marked as `sending`.
    claimed_at  INTEGER,
    -- A post that is still pending then is dropped.
    expires_at  INTEGER,
    channel     TEXT,
    message     TEXT,
    last_error  TEXT,
    UNIQUE (round, kind, part)
) STRICT;
CREATE INDEX outbox_owed ON outbox (next_try_at) WHERE state IN ('pending', 'sending');
