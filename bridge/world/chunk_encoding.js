'use strict'
/**
 * The network form of a column (1.18 and later): 24 sections of paletted block states and biomes.
 *
 * Reads a column and gives a Buffer for `map_chunk.chunkData`; it never changes the column and sends nothing.
 */

const SECTIONS = 24
const SECTION_BLOCKS = 4096
const MAX_PALETTE_BITS = 8
const DIRECT_BITS = 15
const MAX_BYTES = SECTIONS * (SECTION_BLOCKS * 2 + 1024)

const scratch = Buffer.alloc(MAX_BYTES)
const indices = new Uint16Array(SECTION_BLOCKS)
const slotOf = new Int16Array(65536).fill(-1)
const palette = new Uint16Array(SECTION_BLOCKS)

function writeVarint(at, value) {
  while (value > 127) {
    scratch[at++] = (value & 127) | 128
    value >>>= 7
  }
  scratch[at++] = value
  return at
}

/** Pack values of `bits` bits each into big-endian longs; a value never crosses a long. */
function writePacked(at, values, count, bits) {
  const perLong = Math.floor(64 / bits)
  const longs = Math.ceil(count / perLong)
  at = writeVarint(at, longs)
  let i = 0
  for (let long = 0; long < longs; long++) {
    let low = 0
    let high = 0
    let shift = 0
    const end = Math.min(count, i + perLong)
    for (; i < end; i++) {
      const value = values[i]
      if (shift < 32) {
        low |= value << shift
        if (shift + bits > 32) high |= value >>> (32 - shift)
      } else high |= value << (shift - 32)
      shift += bits
    }
    at = scratch.writeInt32BE(high, at)
    at = scratch.writeInt32BE(low, at)
  }
  return at
}

function writeSingle(at, value) {
  scratch[at++] = 0
  at = writeVarint(at, value)
  return writeVarint(at, 0)
}

/** Fill `palette` and `indices` from a slice of values; gives the palette's size. */
function buildPalette(values, from, count) {
  let size = 0
  for (let i = 0; i < count; i++) {
    const value = values[from + i]
    let slot = slotOf[value]
    if (slot < 0) {
      slot = size
      slotOf[value] = slot
      palette[size++] = value
    }
    indices[i] = slot
  }
  for (let i = 0; i < size; i++) slotOf[palette[i]] = -1
  return size
}

function writePalette(at, size) {
  at = writeVarint(at, size)
  for (let i = 0; i < size; i++) at = writeVarint(at, palette[i])
  return at
}

function writeStates(at, states, from) {
  const size = buildPalette(states, from, SECTION_BLOCKS)
  if (size === 1) return writeSingle(at, palette[0])
  const bits = Math.max(4, 32 - Math.clz32(size - 1))
  if (bits > MAX_PALETTE_BITS) {
    scratch[at++] = DIRECT_BITS
    return writePacked(at, states.subarray(from, from + SECTION_BLOCKS), SECTION_BLOCKS, DIRECT_BITS)
  }
  scratch[at++] = bits
  return writePacked(writePalette(at, size), indices, SECTION_BLOCKS, bits)
}

/** Biomes do not depend on height here: the 4x4 of the column, repeated four times, is every section's container. */
function biomeContainer(biomes) {
  const cube = new Uint16Array(64)
  for (let i = 0; i < 64; i++) cube[i] = biomes[i & 15]
  const size = buildPalette(cube, 0, 64)
  let at
  if (size === 1) at = writeSingle(0, palette[0])
  else {
    const bits = 32 - Math.clz32(size - 1)
    scratch[0] = bits
    if (bits > 3) {
      scratch[0] = 6
      at = writePacked(1, cube, 64, 6)
    } else at = writePacked(writePalette(1, size), indices, 64, bits)
  }
  return Buffer.from(scratch.subarray(0, at))
}

/**
 * Encode a column.
 * @param {{states: Uint16Array, biomes: Uint8Array, filled: Uint16Array}} column states by (y+64)*256 + z*16 + x,
 *   biome ids by (z>>2)*4 + (x>>2), and the number of blocks that are not air in each section
 * @returns {Buffer}
 */
function encodeColumn({ states, biomes, filled }) {
  const biomePart = biomeContainer(biomes)
  let at = 0
  for (let section = 0; section < SECTIONS; section++) {
    at = scratch.writeInt16BE(filled[section], at)
    if (filled[section] === 0) at = writeSingle(at, 0)
    else at = writeStates(at, states, section * SECTION_BLOCKS)
    at += biomePart.copy(scratch, at)
  }
  return Buffer.from(scratch.subarray(0, at))
}

module.exports = { encodeColumn }
