'use strict'
/**
 * The rules of the game as data: blocks, items, states, tools and tags of Minecraft 1.20.1.
 *
 * The one module that reads minecraft-data. Names are what the rest of the world speaks; numeric ids appear only at the
 * protocol's border, through `itemName`, `blockName` and `stateOf`. Look-ups by state are typed arrays, because the
 * simulation asks for them thousands of times a tick. Nothing here changes after loading.
 */

const registry = require('minecraft-data')('1.20.1')
const tagTable = require('../data/tags.json')

const VERSION = '1.20.1'
/** The overworld's lowest and highest layer. */
const MIN_Y = -64
const MAX_Y = 319
const HEIGHT = MAX_Y - MIN_Y + 1
/** How many block states there are; state ids run from 0. */
const STATE_COUNT = registry.blocksArray.reduce((most, block) => Math.max(most, block.maxStateId), 0) + 1

/** Blocks whose light depends on their state; minecraft-data only knows one figure per block. */
const LIGHT_WHEN_LIT = {
  furnace: 13, smoker: 13, blast_furnace: 13, redstone_lamp: 15, redstone_ore: 9, deepslate_redstone_ore: 9,
  redstone_torch: 7, redstone_wall_torch: 7, campfire: 15, soul_campfire: 10,
}

const REPLACEABLE = new Set([
  'air', 'cave_air', 'void_air', 'water', 'lava', 'grass', 'fern', 'dead_bush', 'vine', 'fire', 'soul_fire', 'seagrass',
  'tall_seagrass', 'tall_grass', 'large_fern', 'glow_lichen', 'light', 'structure_void', 'warped_roots',
  'crimson_roots', 'nether_sprouts', 'hanging_roots', 'bubble_column', 'snow',
])

const blockByState = new Array(STATE_COUNT)
const solid = new Uint8Array(STATE_COUNT)
const opaque = new Uint8Array(STATE_COUNT)
const light = new Uint8Array(STATE_COUNT)
const shade = new Uint8Array(STATE_COUNT)

for (const block of registry.blocksArray) {
  const dimmed = block.filterLight >= 15
  for (let state = block.minStateId; state <= block.maxStateId; state++) {
    blockByState[state] = block
    solid[state] = block.boundingBox === 'block' ? 1 : 0
    opaque[state] = dimmed ? 1 : 0
    light[state] = block.emitLight
    shade[state] = solid[state] || block.name === 'water' || block.name === 'lava' ? 1 : 0
  }
}

const propertiesByState = new Array(STATE_COUNT)

/** The value of a property at an index of its list: numbers as numbers, booleans as booleans, names as names. */
function propertyValue(property, index) {
  if (property.type === 'bool') return index === 0
  if (property.type === 'int') return property.values ? Number(property.values[index]) : index
  return property.values[index]
}

function propertyIndex(property, value) {
  for (let index = 0; index < property.num_values; index++) {
    if (propertyValue(property, index) === value) return index
  }
  return -1
}

/** The block record of a name, or undefined. */
function block(name) {
  return registry.blocksByName[name]
}

/** The item record of a name, or undefined. */
function item(name) {
  return registry.itemsByName[name]
}

/** The name of an item id, or undefined. */
function itemName(id) {
  return registry.items[id]?.name
}

/** The block record of a state id; air for anything out of range. */
function blockOf(state) {
  return blockByState[state] ?? blockByState[0]
}

/** The block name of a state id. */
function blockName(state) {
  return blockOf(state).name
}

/** The properties of a state, frozen: `propsOf(furnace)` -> `{facing: 'north', lit: false}`. */
function propsOf(state) {
  const known = propertiesByState[state]
  if (known) return known
  const { states, minStateId } = blockOf(state)
  const properties = {}
  let rest = state - minStateId
  for (let i = states.length - 1; i >= 0; i--) {
    properties[states[i].name] = propertyValue(states[i], rest % states[i].num_values)
    rest = Math.floor(rest / states[i].num_values)
  }
  propertiesByState[state] = Object.freeze(properties)
  return properties
}

/** The state with some properties replaced. Throws for a property or a value that the block does not have. */
function withProps(state, properties) {
  const { name, states, minStateId } = blockOf(state)
  const wanted = { ...propsOf(state), ...properties }
  let index = 0
  for (const property of states) {
    const at = propertyIndex(property, wanted[property.name])
    if (at < 0) throw new RangeError(`${name} has no ${property.name}=${wanted[property.name]}`)
    index = index * property.num_values + at
  }
  for (const key of Object.keys(properties)) {
    if (!states.some((property) => property.name === key)) throw new RangeError(`${name} has no property ${key}`)
  }
  return minStateId + index
}

/** The state id of a block with these properties (its default state with the named ones replaced). */
function stateOf(name, properties) {
  const record = block(name)
  if (!record) throw new RangeError(`there is no block named ${name}`)
  return properties ? withProps(record.defaultState, properties) : record.defaultState
}

/** Whether a body cannot walk through the state: leaves, glass and chests are solid; water, plants, torches are not. */
function isSolid(state) {
  return solid[state] === 1
}

/** Whether light cannot pass at all. */
function isOpaque(state) {
  return opaque[state] === 1
}

/** Whether the state is any kind of air. */
function isAir(state) {
  const name = blockName(state)
  return name === 'air' || name === 'cave_air' || name === 'void_air'
}

/** Whether the state is water or lava, flowing or still. */
function isLiquid(state) {
  const name = blockName(state)
  return name === 'water' || name === 'lava'
}

/** Whether a block may be placed into the state's space: air, liquids, low plants, a single layer of snow. */
function isReplaceable(state) {
  return REPLACEABLE.has(blockName(state)) && (propsOf(state).layers ?? 1) === 1
}

/** Whether the state counts for the height map (what rain and the sky's light stop at): solid or liquid. */
function coversSky(state) {
  return shade[state] === 1
}

/** The light that a state gives, 0 to 15. */
function emitsLight(state) {
  return light[state]
}

for (const [name, level] of Object.entries(LIGHT_WHEN_LIT)) {
  const { minStateId, maxStateId } = block(name)
  for (let state = minStateId; state <= maxStateId; state++) light[state] = propsOf(state).lit ? level : 0
}

/** Whether the held item (a name or null) makes the block drop anything: vanilla's "requires correct tool". */
function canHarvest(blockNameOrState, heldName) {
  const record = typeof blockNameOrState === 'number' ? blockOf(blockNameOrState) : block(blockNameOrState)
  if (!record.harvestTools) return true
  return Boolean(heldName && record.harvestTools[item(heldName)?.id])
}

/**
 * Ticks that a survival player needs to break the state; 0 is at once, Infinity is never.
 * The same figures as prismarine-block's `digTime`, which an unmodified mineflayer waits for.
 * @param {{inWater?: boolean, onGround?: boolean, haste?: number, fatigue?: number, efficiency?: number,
 *   aquaAffinity?: boolean}} [how] levels count from 1, 0 is none
 */
function digTime(state, heldName, how = {}) {
  const { inWater = false, onGround = true, haste = 0, fatigue = 0, efficiency = 0, aquaAffinity = false } = how
  const record = blockOf(state)
  if (record.hardness === -1 || record.hardness === null) return Infinity
  const heldId = heldName ? item(heldName)?.id : undefined
  let speed = (heldId !== undefined && registry.materials[record.material]?.[heldId]) || 1
  if (efficiency > 0 && speed > 1) speed += efficiency * efficiency + 1
  if (haste > 0) speed *= 1 + 0.2 * haste
  if (fatigue > 0) speed *= [1, 0.3, 0.09, 0.0027, 8.1e-4][Math.min(fatigue, 4)]
  if (inWater && !aquaAffinity) speed /= 5
  if (!onGround) speed /= 5
  const perTick = speed / record.hardness / (canHarvest(state, heldName) ? 30 : 100)
  return perTick >= 1 ? 0 : Math.ceil(1 / perTick)
}

/** How many of an item fit in one slot (64 for an unknown name). */
function maxStack(name) {
  return item(name)?.stackSize ?? 64
}

/** How many uses an item has before it breaks; 0 for what does not wear. */
function durability(name) {
  return item(name)?.maxDurability ?? 0
}

/** The members of a vanilla tag, with or without its '#'; undefined for an unknown tag. */
function tagMembers(tag) {
  return tagTable[tag.startsWith('#') ? tag.slice(1) : tag]
}

/** Whether a name belongs to a tag: `hasTag('oak_log', 'logs')`. */
function hasTag(name, tag) {
  return tagMembers(tag)?.includes(name) ?? false
}

/**
 * The names that a request means: a name, an array of names, or a tag with '#', mixed as one likes.
 * An unknown tag gives undefined; unknown plain names are passed through for the caller to judge.
 */
function expandNames(request) {
  const names = new Set()
  for (const one of Array.isArray(request) ? request : [request]) {
    const members = one.startsWith('#') ? tagMembers(one) : [one]
    if (!members) return undefined
    for (const name of members) names.add(name)
  }
  return [...names]
}

/** The numeric id of a biome's name. */
function biomeId(name) {
  return registry.biomesByName[name].id
}

module.exports = {
  VERSION, MIN_Y, MAX_Y, HEIGHT, STATE_COUNT, registry, block, item, itemName, blockOf, blockName, propsOf, withProps,
  stateOf, isSolid, isOpaque, isAir, isLiquid, isReplaceable, coversSky, emitsLight, canHarvest, digTime, maxStack,
  durability, tagMembers, hasTag, expandNames, biomeId,
}
