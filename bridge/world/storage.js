'use strict'
/**
 * Where a world is kept: one SQLite file that holds the last two *generations* of it.
 *
 * A save writes the changed columns and the whole state in one transaction under a generation number. The newest two
 * generations stay loadable, so that a journey whose own commit was lost can go back by one. A process killed at any
 * moment leaves either the old or the new generation, never a mixture: what `save` has returned for is on the disk.
 * One process at a time has a world open. Columns are stored as differences from the terrain; the terrain itself is
 * never written.
 */

const fs = require('node:fs')
const path = require('node:path')
const { DatabaseSync } = require('node:sqlite')

const FILE = 'world.db'
const FORMAT = 1
const KEPT = 2
const CHANGE_BYTES = 6
const SQLITE_BUSY = 5
/** A process that was just told to stop may still hold the file for a moment. */
const LOCK_WAIT_MS = 1000

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS generations (
    generation INTEGER PRIMARY KEY,
    state TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS columns (
    cx INTEGER NOT NULL,
    cz INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    changes BLOB NOT NULL,
    block_entities TEXT NOT NULL,
    PRIMARY KEY (cx, cz, generation)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS columns_by_generation ON columns (generation);
`

/** Changed blocks as bytes: for each an index (4 bytes) and a state (2 bytes), little-endian. */
function packChanges(changes) {
  const bytes = Buffer.allocUnsafe(changes.size * CHANGE_BYTES)
  let at = 0
  for (const [index, state] of changes) {
    at = bytes.writeUInt32LE(index, at)
    at = bytes.writeUInt16LE(state, at)
  }
  return bytes
}

function unpackChanges(bytes) {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const changes = new Map()
  for (let at = 0; at < view.length; at += CHANGE_BYTES) changes.set(view.readUInt32LE(at), view.readUInt16LE(at + 4))
  return changes
}

/** The store of one world. */
class Storage {
  /**
   * Open (or create) the store in a folder.
   * @param {string} dir
   * @param {{generation?: number}} [options] load this generation and delete what is newer; without it, the newest
   */
  constructor(dir, { generation } = {}) {
    fs.mkdirSync(dir, { recursive: true })
    this.database = new DatabaseSync(path.join(dir, FILE))
    this.lock(dir)
    this.checkFormat(dir)
    this.database.exec(SCHEMA)
    this.prepare()
    /** The generation that is loaded: the last one saved, or undefined for a new world. */
    this.generation = this.generations().at(-1)
    if (generation !== undefined) this.goBackTo(generation)
  }

  /** Two processes that play one world would write over each other: the first one keeps the file to itself. */
  lock(dir) {
    try {
      this.database.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}; PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT;`)
    } catch (error) {
      this.database.close()
      if (error.errcode !== SQLITE_BUSY) throw error
      throw new Error(`the world in ${dir} is in use by another process`, { cause: error })
    }
  }

  checkFormat(dir) {
    const { user_version: found } = this.database.prepare('PRAGMA user_version').get()
    if (found === 0) this.database.exec(`PRAGMA user_version = ${FORMAT}`)
    else if (found !== FORMAT) {
      this.database.close()
      throw new Error(`the world in ${dir} has format ${found}; this version reads format ${FORMAT}`)
    }
  }

  prepare() {
    const { database } = this
    this.statements = {
      generations: database.prepare('SELECT generation FROM generations ORDER BY generation'),
      state: database.prepare('SELECT state FROM generations WHERE generation = ?'),
      column: database.prepare(`SELECT settled, changes, block_entities FROM columns
        WHERE cx = ? AND cz = ? ORDER BY generation DESC LIMIT 1`),
      writeState: database.prepare('INSERT OR REPLACE INTO generations (generation, state) VALUES (?, ?)'),
      writeColumn: database.prepare(`INSERT OR REPLACE INTO columns
        (cx, cz, generation, settled, changes, block_entities) VALUES (?, ?, ?, ?, ?, ?)`),
      dropStates: database.prepare('DELETE FROM generations WHERE generation < ?'),
      dropColumns: database.prepare(`DELETE FROM columns AS old WHERE generation < ?1 AND EXISTS (
        SELECT 1 FROM columns WHERE cx = old.cx AND cz = old.cz AND generation > old.generation
        AND generation <= ?1)`),
      newerStates: database.prepare('DELETE FROM generations WHERE generation > ?'),
      newerColumns: database.prepare('DELETE FROM columns WHERE generation > ?'),
    }
  }

  /** The generations that can be loaded, oldest first. */
  generations() {
    return this.statements.generations.all().map((row) => row.generation)
  }

  /** Make a stored generation the newest one. */
  goBackTo(generation) {
    const known = this.generations()
    if (!known.includes(generation)) {
      this.database.close()
      const list = known.length ? known.join(' and ') : 'none'
      throw new RangeError(`generation ${generation} is not stored here; stored: ${list}`)
    }
    this.inTransaction(() => {
      this.statements.newerStates.run(generation)
      this.statements.newerColumns.run(generation)
    })
    this.generation = generation
  }

  inTransaction(work) {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.database.exec('COMMIT')
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  /** The state that was saved with the loaded generation, or undefined for a new world. */
  loadState() {
    if (this.generation === undefined) return undefined
    return JSON.parse(this.statements.state.get(this.generation).state)
  }

  /** The difference of a column as last saved, or undefined. */
  loadColumn(cx, cz) {
    const row = this.statements.column.get(cx, cz)
    if (!row) return undefined
    return {
      cx,
      cz,
      settled: row.settled === 1,
      changes: unpackChanges(row.changes),
      blockEntities: new Map(JSON.parse(row.block_entities)),
    }
  }

  /**
   * Write a generation: on the disk, whole, when this returns; nothing of it when this throws. Saving the newest
   * generation again replaces its state and adds to its columns.
   * @param {number} generation at least the loaded one
   * @param {{columns: object[], state: object}} what differences as `Chunks.unsaved` gives them, and plain JSON
   */
  save(generation, { columns, state }) {
    if (!Number.isSafeInteger(generation) || generation < 0) {
      throw new RangeError(`a generation is a whole number from 0 on, not ${generation}`)
    }
    if (this.generation !== undefined && generation < this.generation) {
      throw new RangeError(`generation ${generation} is older than ${this.generation}, which is already saved`)
    }
    const text = JSON.stringify(state)
    this.inTransaction(() => {
      for (const { cx, cz, settled, changes, blockEntities } of columns) {
        const entities = JSON.stringify([...blockEntities])
        this.statements.writeColumn.run(cx, cz, generation, settled ? 1 : 0, packChanges(changes), entities)
      }
      this.statements.writeState.run(generation, text)
      this.forgetOld()
    })
    this.generation = generation
  }

  /** Keep the newest generations, and of each column's older rows only the one that the oldest of them needs. */
  forgetOld() {
    const kept = this.generations().slice(-KEPT)
    this.statements.dropStates.run(kept[0])
    this.statements.dropColumns.run(kept[0])
  }

  /** Close the file; unsaved differences are not written. */
  close() {
    this.database.close()
  }
}

/** Open the store in a folder; see `Storage`. */
function open(dir, options) {
  return new Storage(dir, options)
}

module.exports = { open }
