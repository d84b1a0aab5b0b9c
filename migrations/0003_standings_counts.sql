-- Ranks and pages of a large community are read off an index alone. SQLite does so for no index that holds a generated column,
-- so `accuracy` becomes one that is written.
CREATE TABLE standings_written (
    community  INTEGER NOT NULL REFERENCES communities (id),
    period     TEXT    NOT NULL,
    member     INTEGER NOT NULL REFERENCES members (id),
    points     INTEGER NOT NULL,
    correct    INTEGER NOT NULL,
    answers    INTEGER NOT NULL,
    reached_at INTEGER NOT NULL,
    -- Two different shares of fewer than 2^26 answers are two different doubles, so this ranks exactly.
    accuracy   REAL    NOT NULL,
    PRIMARY KEY (community, period, member),
    CONSTRAINT accuracy_is_the_share CHECK (accuracy = CAST(correct AS REAL) / max(answers, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO standings_written (community, period, member, points, correct, answers, reached_at, accuracy)
    SELECT community, period, member, points, correct, answers, reached_at, accuracy FROM standings;
DROP TABLE standings;
ALTER TABLE standings_written RENAME TO standings;
-- core::score::rank as an index.
CREATE INDEX standings_rank
    ON standings (community, period, points DESC, accuracy DESC, answers, reached_at, member);
CREATE INDEX standings_member ON standings (member);

-- How many stand at each sum of points: a rank is a sum over few rows and a look at those with as many points.
CREATE TABLE standings_counts (
    community INTEGER NOT NULL REFERENCES communities (id),
    period    TEXT    NOT NULL,
    points    INTEGER NOT NULL,
    members   INTEGER NOT NULL CHECK (members > 0),
    PRIMARY KEY (community, period, points)
) STRICT, WITHOUT ROWID;
INSERT INTO standings_counts SELECT community, period, points, count(*) FROM standings GROUP BY community, period, points;

CREATE TRIGGER standings_come AFTER INSERT ON standings BEGIN
    INSERT INTO standings_counts VALUES (new.community, new.period, new.points, 1)
        ON CONFLICT DO UPDATE SET members = members + 1;
END;
CREATE TRIGGER standings_go AFTER DELETE ON standings BEGIN
    DELETE FROM standings_counts
        WHERE community = old.community AND period = old.period AND points = old.points AND members = 1;
    UPDATE standings_counts SET members = members - 1
        WHERE community = old.community AND period = old.period AND points = old.points;
END;
CREATE TRIGGER standings_move AFTER UPDATE OF community, period, points ON standings
    WHEN (new.community, new.period, new.points) <> (old.community, old.period, old.points) BEGIN
    DELETE FROM standings_counts
        WHERE community = old.community AND period = old.period AND points = old.points AND members = 1;
    UPDATE standings_counts SET members = members - 1
        WHERE community = old.community AND period = old.period AND points = old.points;
    INSERT INTO standings_counts VALUES (new.community, new.period, new.points, 1)
        ON CONFLICT DO UPDATE SET members = members + 1;
END;
