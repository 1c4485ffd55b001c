-- One row is one photo. `record` is readable without a key; what names a person is a Fernet token,
-- kept as raw bytes, in the last columns, so that reading the rest does not touch it.
CREATE TABLE photo (
    id         TEXT PRIMARY KEY NOT NULL,
    seq        INTEGER NOT NULL,
    state      TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    record     TEXT NOT NULL,
    owner_name BLOB,
    path_alias BLOB,
    owner      BLOB,
    exif       BLOB,
    raw_record BLOB
) STRICT;
CREATE UNIQUE INDEX photo_seq ON photo (seq);
CREATE INDEX photo_state ON photo (state);

-- What was removed, for those who follow the changes.
CREATE TABLE tombstone (
    id  TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tombstone_seq ON tombstone (seq);

CREATE TABLE note (
    key   TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO note (key, value) VALUES ('dataset_id', lower(hex(randomblob(16))));
