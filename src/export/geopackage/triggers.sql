-- They keep the index equal to the table when another program changes it; it brings the functions ST_*.
CREATE TRIGGER rtree_photos_geom_insert AFTER INSERT ON photos
  WHEN (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
  INSERT OR REPLACE INTO rtree_photos_geom VALUES
    (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_photos_geom_update2 AFTER UPDATE OF geom ON photos
  WHEN OLD.fid = NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM rtree_photos_geom WHERE id = OLD.fid;
END;
CREATE TRIGGER rtree_photos_geom_update4 AFTER UPDATE ON photos
  WHEN OLD.fid != NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM rtree_photos_geom WHERE id IN (OLD.fid, NEW.fid);
END;
CREATE TRIGGER rtree_photos_geom_update5 AFTER UPDATE ON photos
  WHEN OLD.fid != NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM rtree_photos_geom WHERE id = OLD.fid;
  INSERT OR REPLACE INTO rtree_photos_geom VALUES
    (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_photos_geom_update6 AFTER UPDATE OF geom ON photos
  WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
    AND (OLD.geom NOTNULL AND NOT ST_IsEmpty(OLD.geom))
BEGIN
  UPDATE rtree_photos_geom
    SET minx = ST_MinX(NEW.geom), maxx = ST_MaxX(NEW.geom), miny = ST_MinY(NEW.geom), maxy = ST_MaxY(NEW.geom)
    WHERE id = NEW.fid;
END;
CREATE TRIGGER rtree_photos_geom_update7 AFTER UPDATE OF geom ON photos
  WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
    AND (OLD.geom ISNULL OR ST_IsEmpty(OLD.geom))
BEGIN
  INSERT INTO rtree_photos_geom VALUES
    (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_photos_geom_delete AFTER DELETE ON photos
  WHEN OLD.geom NOTNULL
BEGIN
  DELETE FROM rtree_photos_geom WHERE id = OLD.fid;
END;
