-- What a source says of a photo when it is asked for more: as the other tokens.
ALTER TABLE photo ADD COLUMN comments BLOB;
ALTER TABLE photo ADD COLUMN exif_api BLOB;
