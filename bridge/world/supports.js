'use strict'
/**
 * Which blocks need something to stand on, hang from or lean against, and whether they still have it.
 *
 * One question, `standsAt`, asked by the block updates after a neighbour changed. Reads the world, never changes it.
 */

const SIDES = { north: [0, -1], south: [0, 1], west: [-1, 0], east: [1, 0] }

const SOIL = new Set([
  'dirt', 'grass_block', 'podzol', 'coarse_dirt', 'mycelium', 'rooted_dirt', 'moss_block', 'mud',
  'muddy_mangrove_roots', 'farmland'
])
const SANDS = new Set(['sand', 'red_sand', 'suspicious_sand'])

const onSoil = ({ below }) => SOIL.has(below)
const onBank = ({ below }) => SOIL.has(below) || SANDS.has(below)
const onFarmland = ({ below }) => below === 'farmland'
const onSolid = ({ belowSolid }) => belowSolid

/** Blocks held by their own rule; the rest of a family is found by the end of its name. */
const RULES = {
  dead_bush: ({ below }) => SANDS.has(below) || SOIL.has(below) || below.endsWith('terracotta'),
  sugar_cane: (place) => place.below === 'sugar_cane' || (onBank(place) && wetFeet(place)),
  cactus: (place) => (place.below === 'cactus' || SANDS.has(place.below)) && !touchesSolid(place),
  bamboo: ({ below }) => below === 'bamboo' || below === 'gravel' || SOIL.has(below) || SANDS.has(below),
  lily_pad: ({ below }) => below === 'water' || below === 'ice',
  nether_wart: ({ below }) => below === 'soul_sand',
  kelp: ({ below, belowSolid }) => below === 'kelp_plant' || belowSolid,
  kelp_plant: ({ below, belowSolid }) => below === 'kelp_plant' || belowSolid,
  snow: ({ below, belowSolid }) => belowSolid && below !== 'ice' && below !== 'packed_ice',
  lantern: (place) => (place.properties.hanging ? solidAt(place, 0, 1, 0) : place.belowSolid),
  ladder: leansBack,
  wall_torch: leansBack,
  vine: clings,
  glow_lichen: clings,
  cocoa: (place) => nameAt(place, ...towards(place.properties.facing)).startsWith('jungle_')
}
Object.assign(RULES, {
  soul_lantern: RULES.lantern, soul_wall_torch: leansBack, redstone_wall_torch: leansBack, tripwire_hook: leansBack
})
for (const name of ['wheat', 'carrots', 'potatoes', 'beetroots', 'torchflower_crop', 'melon_stem', 'pumpkin_stem',
  'attached_melon_stem', 'attached_pumpkin_stem']) RULES[name] = onFarmland
for (const name of ['grass', 'fern', 'dandelion', 'poppy', 'blue_orchid', 'allium', 'azure_bluet', 'red_tulip',
  'orange_tulip', 'white_tulip', 'pink_tulip', 'oxeye_daisy', 'cornflower', 'lily_of_the_valley', 'torchflower',
  'sweet_berry_bush', 'azalea', 'flowering_azalea', 'pink_petals', 'bamboo_sapling']) RULES[name] = onSoil
for (const name of ['torch', 'soul_torch', 'redstone_torch', 'brown_mushroom', 'red_mushroom', 'redstone_wire',
  'repeater', 'comparator', 'cake', 'rail', 'powered_rail', 'detector_rail', 'activator_rail',
  'seagrass']) RULES[name] = onSolid

/** Plants of two blocks; doors and beds have their own pairing. */
const TALL = new Set([
  'tall_grass', 'large_fern', 'sunflower', 'lilac', 'rose_bush', 'peony', 'tall_seagrass', 'pitcher_plant'
])

const ENDINGS = [
  [/_sapling$/, onSoil],
  [/_wall_(sign|banner)$/, leansBack],
  [/_(button)$|^lever$/, leansByFace],
  [/_pressure_plate$|candle$/, onSolid],
  [/_carpet$/, ({ below }) => below !== 'air' && below !== 'cave_air'],
  [/^(?!.*hanging).*_(sign|banner)$/, onSolid],
  [/_door$/, doorStands],
  [/_bed$/, bedIsWhole]
]

function leansBack(place) {
  const [dx, , dz] = towards(place.properties.facing)
  return solidAt(place, -dx, 0, -dz)
}

function leansByFace(place) {
  if (place.properties.face === 'floor') return place.belowSolid
  return place.properties.face === 'ceiling' ? solidAt(place, 0, 1, 0) : leansBack(place)
}

function clings(place) {
  for (const side of Object.keys(SIDES)) {
    if (!place.properties[side]) continue
    if (solidAt(place, ...towards(side))) return true
    const above = place.world.chunks.get(place.x, place.y + 1, place.z)
    if (place.world.data.blockName(above) === place.name && place.world.data.propsOf(above)[side]) return true
  }
  return Boolean((place.properties.up && solidAt(place, 0, 1, 0)) || (place.properties.down && place.belowSolid))
}

function tallStands(place) {
  return place.properties.half === 'upper'
    ? isHalf(place, -1, 'lower')
    : isHalf(place, 1, 'upper') && (place.name === 'tall_seagrass' ? place.belowSolid : SOIL.has(place.below))
}

function doorStands(place) {
  return place.properties.half === 'upper' ? isHalf(place, -1, 'lower') : isHalf(place, 1, 'upper') && place.belowSolid
}

function isHalf({ world, x, y, z, name }, dy, half) {
  const other = world.chunks.get(x, y + dy, z)
  return world.data.blockName(other) === name && world.data.propsOf(other).half === half
}

function bedIsWhole(place) {
  const [dx, , dz] = towards(place.properties.facing)
  const sign = place.properties.part === 'foot' ? 1 : -1
  const other = place.world.chunks.get(place.x + sign * dx, place.y, place.z + sign * dz)
  return place.world.data.blockName(other) === place.name &&
    place.world.data.propsOf(other).part !== place.properties.part
}

function wetFeet({ world, x, y, z }) {
  return Object.values(SIDES).some(([dx, dz]) => {
    const state = world.chunks.get(x + dx, y - 1, z + dz)
    const name = world.data.blockName(state)
    return name === 'water' || name === 'frosted_ice' || world.data.propsOf(state).waterlogged === true
  })
}

function touchesSolid(place) {
  return Object.values(SIDES).some(([dx, dz]) => solidAt(place, dx, 0, dz) || nameAt(place, dx, 0, dz) === 'lava')
}

const towards = (side) => [SIDES[side][0], 0, SIDES[side][1]]
const stateAt = ({ world, x, y, z }, dx, dy, dz) => world.chunks.get(x + dx, y + dy, z + dz)
const solidAt = (place, dx, dy, dz) => place.world.data.isSolid(stateAt(place, dx, dy, dz))
const nameAt = (place, dx, dy, dz) => place.world.data.blockName(stateAt(place, dx, dy, dz))

const ruleByName = new Map()

function ruleFor(name) {
  let rule = ruleByName.get(name)
  if (rule === undefined) {
    rule = RULES[name] ?? (TALL.has(name) ? tallStands : (ENDINGS.find(([ending]) => ending.test(name))?.[1] ?? null))
    ruleByName.set(name, rule)
  }
  return rule
}

/** Whether the block at a place still has what it needs. True for every block that needs nothing. */
function standsAt(world, x, y, z, state) {
  const name = world.data.blockName(state)
  const rule = ruleFor(name)
  if (!rule) return true
  const belowState = world.chunks.get(x, y - 1, z)
  return rule({
    world, x, y, z, name, properties: world.data.propsOf(state),
    below: world.data.blockName(belowState), belowSolid: world.data.isSolid(belowState)
  })
}

module.exports = { standsAt, SOIL, SIDES }
