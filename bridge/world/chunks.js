'use strict'
/**
 * The blocks of the world: columns made by the terrain on first sight, with the players' changes laid over them.
 *
 * A column in memory is disposable. What must not be lost is its *difference* from the terrain (changed blocks, block
 * entities, whether its first animals were handed out); differences live here until a save has written them, whether
 * or not the column itself is still in memory. This module tells no client and queues no updates: that is the work of
 * `world.setBlock`.
 */

const { MIN_Y, MAX_Y, HEIGHT, coversSky, emitsLight } = require('./gamedata')
const { encodeColumn } = require('./chunk_encoding')
const { brightest, blockSource, REACH } = require('./light')

const SECTIONS = HEIGHT / 16
/** Column coordinates stay exact as one number: a key is cx * KEY_SPAN + cz. */
const KEY_SPAN = 2 ** 24

const keyOf = (cx, cz) => cx * KEY_SPAN + cz

/** The index of a block inside its column; (y+64)*256 + z*16 + x. */
function indexOf(x, y, z) {
  return ((y - MIN_Y) << 8) | ((z & 15) << 4) | (x & 15)
}

/**
 * @typedef {object} Difference what a save writes for one column
 * @property {number} cx @property {number} cz
 * @property {Map<number, number>} changes block index -> state
 * @property {Map<number, object>} blockEntities block index -> plain JSON
 * @property {boolean} settled whether the column's first animals have been handed out
 */

/** One column in memory. Its arrays are read freely; writing goes through `Chunks`. */
class Column {
  constructor(cx, cz, { states, biomes, biomeNames, animals }, difference) {
    this.cx = cx
    this.cz = cz
    this.states = states
    this.biomes = biomes
    this.biomeNames = biomeNames
    this.animals = animals
    this.difference = difference
    this.heights = new Int16Array(256)
    this.filled = new Uint16Array(SECTIONS)
    this.glowing = new Uint16Array(SECTIONS)
    this.packet = null
    for (const [index, state] of difference.changes) states[index] = state
    this.survey()
  }

  /** Count what each section holds and find the height of every place. */
  survey() {
    const { states, heights } = this
    for (let section = 0; section < SECTIONS; section++) {
      let filled = 0
      let glowing = 0
      const end = (section + 1) << 12
      for (let i = section << 12; i < end; i++) {
        const state = states[i]
        if (state === 0) continue
        filled++
        if (emitsLight(state)) glowing++
      }
      this.filled[section] = filled
      this.glowing[section] = glowing
    }
    let top = SECTIONS - 1
    while (top > 0 && this.filled[top] === 0) top--
    for (let i = 0; i < 256; i++) heights[i] = this.heightBelow(i, MIN_Y + top * 16 + 15)
  }

  heightBelow(place, y) {
    while (y > MIN_Y && !coversSky(this.states[((y - MIN_Y) << 8) | place])) y--
    return y
  }

  write(x, y, z, state) {
    const index = indexOf(x, y, z)
    const old = this.states[index]
    if (old === state) return
    this.states[index] = state
    this.difference.changes.set(index, state)
    this.packet = null
    const section = (y - MIN_Y) >> 4
    this.filled[section] += (state !== 0 ? 1 : 0) - (old !== 0 ? 1 : 0)
    this.glowing[section] += (emitsLight(state) ? 1 : 0) - (emitsLight(old) ? 1 : 0)
    const place = index & 255
    if (coversSky(state)) this.heights[place] = Math.max(this.heights[place], y)
    else if (y === this.heights[place]) this.heights[place] = this.heightBelow(place, y)
  }
}

/** All columns of one world. Coordinates are those of blocks: whole numbers. */
class Chunks {
  /**
   * @param {{generate: (cx: number, cz: number) => object}} terrain
   * @param {{loadColumn: (cx: number, cz: number) => Difference | undefined} | null} [store] saved differences
   */
  constructor(terrain, store = null) {
    this.terrain = terrain
    this.store = store
    this.columns = new Map()
    this.unsavedByKey = new Map()
    this.herds = []
    this.recent = null
    this.stateIfLoaded = this.peek.bind(this)
  }

  /** The column, made or loaded when it is not in memory. */
  column(cx, cz) {
    const recent = this.recent
    if (recent !== null && recent.cx === cx && recent.cz === cz) return recent
    const column = this.columns.get(keyOf(cx, cz)) ?? this.open(cx, cz)
    this.recent = column
    return column
  }

  open(cx, cz) {
    const key = keyOf(cx, cz)
    let difference = this.unsavedByKey.get(key) ?? this.store?.loadColumn(cx, cz)
    if (!difference) {
      difference = { cx, cz, changes: new Map(), blockEntities: new Map(), settled: false }
    }
    const column = new Column(cx, cz, this.terrain.generate(cx, cz), difference)
    this.columns.set(key, column)
    if (!difference.settled && column.animals.length > 0) this.herds.push(column)
    return column
  }

  /** How a column differs from the terrain, as far as is known without making it. */
  differenceOf(cx, cz) {
    const key = keyOf(cx, cz)
    return this.columns.get(key)?.difference ?? this.unsavedByKey.get(key) ?? this.store?.loadColumn(cx, cz)
  }

  /** Let a column differ from the terrain like this; what of it was in memory is made anew. */
  adopt(difference) {
    const key = keyOf(difference.cx, difference.cz)
    this.unsavedByKey.set(key, difference)
    const column = this.columns.get(key)
    if (column) this.herds = this.herds.filter((one) => one !== column)
    this.columns.delete(key)
    this.recent = null
  }

  /** The column if it is in memory. */
  loadedColumn(cx, cz) {
    const recent = this.recent
    if (recent !== null && recent.cx === cx && recent.cz === cz) return recent
    return this.columns.get(keyOf(cx, cz))
  }

  /** State at a place; makes the column when needed. Air outside the world's height. */
  get(x, y, z) {
    if (y < MIN_Y || y > MAX_Y) return 0
    return this.column(x >> 4, z >> 4).states[indexOf(x, y, z)]
  }

  /** State at a place, or undefined when its column is not in memory. */
  peek(x, y, z) {
    if (y < MIN_Y || y > MAX_Y) return 0
    return this.loadedColumn(x >> 4, z >> 4)?.states[indexOf(x, y, z)]
  }

  /** Write a state. False outside the world's height. Tells nobody: see `world.setBlock`. */
  set(x, y, z, state) {
    if (y < MIN_Y || y > MAX_Y) return false
    const column = this.column(x >> 4, z >> 4)
    column.write(x, y, z, state)
    this.unsavedByKey.set(keyOf(column.cx, column.cz), column.difference)
    return true
  }

  /** The block entity (plain JSON) at a place, or undefined. After changing it in place, set it again. */
  blockEntity(x, y, z) {
    return this.column(x >> 4, z >> 4).difference.blockEntities.get(indexOf(x, y, z))
  }

  /** Set or (with null) remove the block entity at a place. */
  setBlockEntity(x, y, z, entity) {
    const column = this.column(x >> 4, z >> 4)
    if (entity === null || entity === undefined) column.difference.blockEntities.delete(indexOf(x, y, z))
    else column.difference.blockEntities.set(indexOf(x, y, z), entity)
    this.unsavedByKey.set(keyOf(column.cx, column.cz), column.difference)
  }

  /** Every block entity of the columns in memory, in a fixed order: {x, y, z, entity}. */
  * blockEntities() {
    for (const column of this.columns.values()) yield* this.blockEntitiesOf(column)
  }

  /** The block entities of one column: {x, y, z, entity}. */
  * blockEntitiesOf(column) {
    for (const [index, entity] of column.difference.blockEntities) {
      yield {
        x: column.cx * 16 + (index & 15),
        y: (index >> 8) + MIN_Y,
        z: column.cz * 16 + ((index >> 4) & 15),
        entity,
      }
    }
  }

  /** The height of the highest solid or liquid block; leaves and glass count. */
  heightAt(x, z) {
    return this.column(x >> 4, z >> 4).heights[((z & 15) << 4) | (x & 15)]
  }

  /** Whether nothing solid or liquid is above the place. Leaves count as a roof, as they do for light in the game. */
  skyOpen(x, y, z) {
    return y > this.heightAt(x, z)
  }

  /** Light from torches, lava and the like, 0 to 15; columns that are not in memory give none. */
  blockLight(x, y, z) {
    if (!this.anyGlowNear(x, y, z)) return 0
    return brightest(x, y, z, this.stateIfLoaded, blockSource)
  }

  /** Light from the sky at noon, 0 to 15. */
  skyLight(x, y, z) {
    if (this.skyOpen(x, y, z)) return REACH
    return brightest(x, y, z, this.stateIfLoaded, (px, py, pz) => {
      const column = this.loadedColumn(px >> 4, pz >> 4)
      return column && py > column.heights[((pz & 15) << 4) | (px & 15)] ? REACH : 0
    })
  }

  anyGlowNear(x, y, z) {
    const low = Math.max(0, (y - REACH - MIN_Y) >> 4)
    const high = Math.min(SECTIONS - 1, (y + REACH - MIN_Y) >> 4)
    for (let cx = (x - REACH) >> 4; cx <= (x + REACH) >> 4; cx++) {
      for (let cz = (z - REACH) >> 4; cz <= (z + REACH) >> 4; cz++) {
        const column = this.loadedColumn(cx, cz)
        if (!column) continue
        for (let section = low; section <= high; section++) if (column.glowing[section]) return true
      }
    }
    return false
  }

  /** The name of the biome at a place. */
  biomeAt(x, z) {
    return this.column(x >> 4, z >> 4).biomeNames[(z & 12) | ((x & 12) >> 2)]
  }

  /** The body of a `map_chunk` packet, kept until the column changes. */
  encode(column) {
    column.packet ??= encodeColumn(column)
    return column.packet
  }

  /**
   * Hand out the first animals of columns that were seen for the first time ever: [{kind, x, y, z}]. Each column gives
   * them once in the life of the world, across restarts.
   */
  takeHerds() {
    if (this.herds.length === 0) return []
    const animals = []
    for (const column of this.herds) {
      animals.push(...column.animals)
      column.difference.settled = true
      this.unsavedByKey.set(keyOf(column.cx, column.cz), column.difference)
    }
    this.herds = []
    return animals
  }

  /**
   * Drop the columns farther than `radius` columns from every centre ({x, z} in blocks). Differences are kept until
   * saved, so nothing is lost. Gives the dropped columns.
   */
  forgetBeyond(centres, radius) {
    const dropped = []
    for (const [key, column] of this.columns) {
      const near = centres.some(({ x, z }) => {
        return Math.abs(column.cx - (Math.floor(x) >> 4)) <= radius &&
          Math.abs(column.cz - (Math.floor(z) >> 4)) <= radius
      })
      if (near) continue
      this.columns.delete(key)
      dropped.push(column)
    }
    if (dropped.length > 0) {
      this.recent = null
      const gone = new Set(dropped)
      this.herds = this.herds.filter((column) => !gone.has(column))
    }
    return dropped
  }

  /** The columns in memory as [cx, cz], in their order: part of the state of a world that is to go on identically. */
  loaded() {
    return [...this.columns.values()].map(({ cx, cz }) => [cx, cz])
  }

  /** Bring columns into memory in the given order, as `loaded` listed them. */
  load(list) {
    for (const [cx, cz] of list) this.column(cx, cz)
  }

  /** The differences that the next save has to write, oldest first. */
  unsaved() {
    return [...this.unsavedByKey.values()]
  }

  /** Call when a save has committed what `unsaved` gave. */
  markSaved() {
    this.unsavedByKey.clear()
  }
}

module.exports = { Chunks, indexOf, MIN_Y, MAX_Y, HEIGHT }
