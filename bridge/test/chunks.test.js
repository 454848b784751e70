'use strict'
/** What columns promise: true encoding, changes that are never lost, honest light, memory that stays flat. */

const { test } = require('node:test')
const assert = require('node:assert')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { Vec3 } = require('vec3')
const registry = require('prismarine-registry')('1.20.1')
const ChunkColumn = require('prismarine-chunk')(registry)
const Block = require('prismarine-block')(registry)
const { Chunks, indexOf } = require('../world/chunks')
const { Terrain } = require('../world/terrain')
const { open } = require('../world/storage')
const gamedata = require('../world/gamedata')

const STONE = gamedata.stateOf('stone')
const TORCH = gamedata.stateOf('torch')

/** A world of stone up to 63 and air above, to see light and heights clearly. */
const flat = {
  generate() {
    const states = new Uint16Array(256 * 384)
    states.fill(STONE, 0, 256 * 128)
    return { states, biomes: new Uint8Array(16).fill(39), biomeNames: new Array(16).fill('plains'), animals: [] }
  },
}

function parsed(chunks, cx, cz) {
  const column = new ChunkColumn({ minY: -64, worldHeight: 384 })
  column.load(chunks.encode(chunks.column(cx, cz)))
  return column
}

function mismatches(chunks, cx, cz) {
  const { states, biomes } = chunks.column(cx, cz)
  const seen = parsed(chunks, cx, cz)
  let wrong = 0
  for (let y = -64; y < 320; y++) {
    for (let z = 0; z < 16; z++) {
      for (let x = 0; x < 16; x++) {
        const at = new Vec3(x, y, z)
        if (seen.getBlockStateId(at) !== states[indexOf(x, y, z)]) wrong++
        if (seen.getBiome(at) !== biomes[(z & 12) | (x >> 2)]) wrong++
      }
    }
  }
  return wrong
}

test('a client reads back every block and biome of a generated column', () => {
  const chunks = new Chunks(new Terrain(77))
  for (const [cx, cz] of [[0, 0], [-5, 3], [40, -41]]) assert.strictEqual(mismatches(chunks, cx, cz), 0)
})

test('a client reads back sections of one block, of 16, of 200 and of 2,000 different states', () => {
  const chunks = new Chunks(flat)
  for (const [section, kinds] of [[10, 16], [11, 200], [12, 2000]]) {
    for (let i = 0; i < 4096; i++) chunks.set(i & 15, -64 + section * 16 + (i >> 8), (i >> 4) & 15, 1 + (i % kinds))
  }
  assert.strictEqual(mismatches(chunks, 0, 0), 0)
})

test('a changed block is in the next packet', () => {
  const chunks = new Chunks(flat)
  chunks.encode(chunks.column(0, 0))
  chunks.set(3, 70, 4, TORCH)
  assert.strictEqual(parsed(chunks, 0, 0).getBlockStateId(new Vec3(3, 70, 4)), TORCH)
})

test('peek never makes a column, get does, and both know the ends of the world', () => {
  const chunks = new Chunks(flat)
  assert.strictEqual(chunks.peek(100, 0, 100), undefined)
  assert.strictEqual(chunks.get(100, 0, 100), STONE)
  assert.strictEqual(chunks.peek(100, 0, 100), STONE)
  assert.strictEqual(chunks.get(0, 320, 0), 0)
  assert.strictEqual(chunks.get(0, -65, 0), 0)
  assert.strictEqual(chunks.set(0, 320, 0, STONE), false)
})

test('the height follows placing and digging', () => {
  const chunks = new Chunks(flat)
  assert.strictEqual(chunks.heightAt(-1, -1), 63)
  chunks.set(-1, 80, -1, STONE)
  assert.strictEqual(chunks.heightAt(-1, -1), 80)
  assert.ok(!chunks.skyOpen(-1, 70, -1) && chunks.skyOpen(-1, 81, -1))
  chunks.set(-1, 82, -1, TORCH)
  assert.strictEqual(chunks.heightAt(-1, -1), 80, 'a torch is no roof')
  chunks.set(-1, 80, -1, 0)
  assert.strictEqual(chunks.heightAt(-1, -1), 63)
})

test('torch light falls by one a block and does not pass stone', () => {
  const chunks = new Chunks(flat)
  for (const cx of [-1, 0, 1]) for (const cz of [-1, 0, 1]) chunks.column(cx, cz)
  chunks.set(15, 64, 8, TORCH)
  assert.strictEqual(chunks.blockLight(15, 64, 8), 14)
  assert.strictEqual(chunks.blockLight(18, 64, 8), 11, 'across a column border')
  assert.strictEqual(chunks.blockLight(15, 64, 22), 0)
  assert.strictEqual(chunks.blockLight(14, 66, 7), 10)
  for (let y = 64; y < 90; y++) for (let z = -20; z < 40; z++) chunks.set(17, y, z, STONE)
  assert.strictEqual(chunks.blockLight(18, 64, 8), 0, 'behind a wall')
  chunks.set(17, 64, 8, 0)
  assert.strictEqual(chunks.blockLight(18, 64, 8), 11, 'through a hole in it')
  chunks.set(15, 64, 8, 0)
  assert.strictEqual(chunks.blockLight(18, 64, 8), 0)
})

test('the sky is 15 in the open and dims with the way under a roof', () => {
  const chunks = new Chunks(flat)
  for (const cx of [-1, 0, 1]) for (const cz of [-1, 0, 1]) chunks.column(cx, cz)
  for (let x = 0; x < 16; x++) for (let z = 0; z < 16; z++) chunks.set(x, 66, z, STONE)
  assert.strictEqual(chunks.skyLight(20, 64, 8), 15)
  assert.strictEqual(chunks.skyLight(15, 64, 8), 14)
  assert.strictEqual(chunks.skyLight(8, 64, 8), 7)
  assert.strictEqual(chunks.skyLight(8, 40, 8), 0)
})

test('forgetting columns loses no change, saved or not', (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'world-chunks-'))
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }))
  const store = open(dir)
  const chunks = new Chunks(flat, store)
  chunks.set(1, 1, 1, TORCH)
  chunks.setBlockEntity(2, 2, 2, { kind: 'chest' })
  chunks.forgetBeyond([{ x: 1000, z: 1000 }], 5)
  assert.strictEqual(chunks.columns.size, 0)
  assert.strictEqual(chunks.get(1, 1, 1), TORCH)
  store.save(1, { columns: chunks.unsaved(), state: {} })
  chunks.markSaved()
  chunks.set(1, 1, 2, TORCH)
  chunks.forgetBeyond([], 5)
  assert.deepStrictEqual([chunks.get(1, 1, 1), chunks.get(1, 1, 2)], [TORCH, TORCH])
  const fresh = new Chunks(flat, store)
  assert.deepStrictEqual([fresh.get(1, 1, 1), fresh.get(1, 1, 2)], [TORCH, STONE])
  assert.deepStrictEqual(fresh.blockEntity(2, 2, 2), { kind: 'chest' })
  store.close()
})

test('a long walk keeps the columns near the player and no others', () => {
  const chunks = new Chunks(flat)
  for (let x = 0; x < 6000; x += 16) {
    for (let dx = -5; dx <= 5; dx++) for (let dz = -1; dz <= 1; dz++) chunks.column((x >> 4) + dx, dz)
    chunks.forgetBeyond([{ x, z: 0 }], 5)
    assert.ok(chunks.columns.size <= 11 * 11)
  }
  assert.strictEqual(chunks.unsaved().length, 0, 'columns that nobody changed have nothing to save')
})

test('a restored world holds the same columns in the same order', () => {
  const chunks = new Chunks(flat)
  for (const [cx, cz] of [[3, 4], [-1, 0], [0, 0]]) chunks.column(cx, cz)
  const restored = new Chunks(flat)
  restored.load(JSON.parse(JSON.stringify(chunks.loaded())))
  assert.deepStrictEqual(restored.loaded(), [[3, 4], [-1, 0], [0, 0]])
})

test('the first animals of a column come once in the life of the world', (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'world-herds-'))
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }))
  const store = open(dir)
  const cow = { kind: 'cow', x: 1.5, y: 64, z: 1.5 }
  const peopled = { generate: () => ({ ...flat.generate(), animals: [cow] }) }
  const chunks = new Chunks(peopled, store)
  chunks.column(0, 0)
  assert.deepStrictEqual(chunks.takeHerds(), [cow])
  assert.deepStrictEqual(chunks.takeHerds(), [])
  store.save(1, { columns: chunks.unsaved(), state: {} })
  chunks.markSaved()
  chunks.forgetBeyond([], 0)
  chunks.column(0, 0)
  const restarted = new Chunks(peopled, store)
  restarted.column(0, 0)
  assert.deepStrictEqual([chunks.takeHerds(), restarted.takeHerds()], [[], []])
  store.close()
})

test('dig times are the ones that the bot computes', () => {
  const tools = [null, 'wooden_pickaxe', 'stone_pickaxe', 'iron_axe', 'golden_shovel', 'diamond_pickaxe', 'shears']
  for (const block of registry.blocksArray) {
    const asBot = new Block(block.id, 0, 0)
    for (const tool of tools) {
      for (const [inWater, onGround] of [[false, true], [true, true], [true, false]]) {
        const ticks = gamedata.digTime(block.minStateId, tool, { inWater, onGround })
        const id = tool ? registry.itemsByName[tool].id : null
        assert.strictEqual(ticks * 50, asBot.digTime(id, false, inWater, !onGround), `${block.name} with ${tool}`)
      }
    }
  }
})

test('every state has properties that lead back to it', () => {
  for (let state = 0; state < gamedata.STATE_COUNT; state++) {
    assert.strictEqual(gamedata.stateOf(gamedata.blockName(state), gamedata.propsOf(state)), state)
  }
  assert.deepStrictEqual(gamedata.propsOf(gamedata.stateOf('furnace')), { facing: 'north', lit: false })
  assert.strictEqual(gamedata.emitsLight(gamedata.stateOf('furnace', { lit: true })), 13)
  assert.throws(() => gamedata.stateOf('furnace', { facing: 'up' }), /furnace has no facing=up/)
  assert.throws(() => gamedata.stateOf('stone', { lit: true }), /stone has no property lit/)
})

test('tags name only things that exist, and mix with plain names', () => {
  for (const [tag, names] of Object.entries(require('../data/tags.json'))) {
    for (const name of names) assert.ok(gamedata.item(name) ?? gamedata.block(name), `${name} in #${tag}`)
    assert.strictEqual(new Set(names).size, names.length, tag)
  }
  assert.deepStrictEqual(gamedata.expandNames(['#coals', 'dirt', 'coal']), ['coal', 'charcoal', 'dirt'])
  assert.strictEqual(gamedata.expandNames('#nonsense'), undefined)
})
