-- What the guard has found on policies that were saved all the same.
ALTER TABLE changes ADD COLUMN findings TEXT
