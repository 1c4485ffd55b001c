-- What models made of photos: 16-bit floats, little-endian. `model` is the model's id: another version, another vector.
CREATE TABLE vector (
    photo TEXT NOT NULL,
    model TEXT NOT NULL,
    data  BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX vector_photo ON vector (photo, model);
