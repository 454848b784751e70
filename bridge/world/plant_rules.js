'use strict'
/**
 * How each kind of plant and soil takes a random tick: crops, stems, saplings, cane, cactus, berries, farmland, grass,
 * leaves. Vanilla's chances and conditions; growth.js decides when a tick comes.
 */
const { SIDES, SOIL } = require('./supports')
const { growTree } = require('./saplings')
const { plantLight } = require('./daylight')

const LEAF_REACH = 6
const WATER_REACH = 4
/** Crops and the age at which they are ripe. */
const CROPS = { wheat: 7, carrots: 7, potatoes: 7, beetroots: 3, torchflower_crop: 1 }
/** Stems and the fruit that they set beside them. */
const FRUIT = { melon_stem: 'melon', pumpkin_stem: 'pumpkin' }

const NEIGHBOURS = [[0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0], [0, 0, -1], [0, 0, 1]]

const always = () => true
/** `starts`: is the place worth keeping? `grow`: one random tick; `false` when it is done for good. */
const BEHAVIOURS = {
  crop: { starts: always, grow: growCrop },
  stem: { starts: always, grow: growStem },
  sapling: { starts: always, grow: growSapling },
  column: { starts: (world, x, y, z) => isAir(world, x, y + 1, z), grow: growColumn },
  farmland: { starts: always, grow: tendFarmland },
  dirt: { starts: (world, x, y, z) => breathes(world, x, y, z), grow: greenDirt },
  grass: { starts: (world, x, y, z) => !breathes(world, x, y, z), grow: smotherGrass },
  berries: { starts: always, grow: growBerries },
  leaves: { starts: always, grow: decayLeaves }
}

const behaviourByName = new Map()

/** How a block of this name grows: {starts, grow}, or null. */
function behaviourOf(name) {
  let behaviour = behaviourByName.get(name)
  if (behaviour === undefined) behaviourByName.set(name, (behaviour = findBehaviour(name)))
  return behaviour
}

function findBehaviour(name) {
  if (name.endsWith('_leaves')) return BEHAVIOURS.leaves
  if (CROPS[name]) return BEHAVIOURS.crop
  if (FRUIT[name]) return BEHAVIOURS.stem
  if (name.endsWith('_sapling') && name !== 'bamboo_sapling') return BEHAVIOURS.sapling
  if (name === 'sugar_cane' || name === 'cactus') return BEHAVIOURS.column
  if (name === 'sweet_berry_bush') return BEHAVIOURS.berries
  return { farmland: BEHAVIOURS.farmland, dirt: BEHAVIOURS.dirt, grass_block: BEHAVIOURS.grass }[name] ?? null
}

const nameAt = (world, x, y, z) => world.data.blockName(world.chunks.get(x, y, z))
const isAir = (world, x, y, z) => world.data.isAir(world.chunks.get(x, y, z))

function setProperties(world, x, y, z, state, properties) {
  world.setBlock(x, y, z, world.data.withProps(state, properties))
}

function growCrop(world, x, y, z, state, name) {
  const { age } = world.data.propsOf(state)
  if (age >= CROPS[name]) return false
  if (plantLight(world, x, y, z) < 9) return true
  if (name === 'beetroots' && world.random.chance(1 / 3)) return true
  if (world.random.int(Math.floor(25 / growthSpeed(world, x, y, z, name)) + 1) === 0) {
    setProperties(world, x, y, z, state, { age: age + 1 })
  }
  return true
}

/** Vanilla's crop speed: wet farmland around helps, rows of the same crop on both axes halve it. */
function growthSpeed(world, x, y, z, name) {
  let speed = 1
  for (let dx = -1; dx <= 1; dx++) {
    for (let dz = -1; dz <= 1; dz++) {
      const soil = world.chunks.get(x + dx, y - 1, z + dz)
      if (world.data.blockName(soil) !== 'farmland') continue
      const gain = world.data.propsOf(soil).moisture > 0 ? 3 : 1
      speed += dx === 0 && dz === 0 ? gain : gain / 4
    }
  }
  const same = (dx, dz) => nameAt(world, x + dx, y, z + dz) === name
  const alongX = same(-1, 0) || same(1, 0)
  const alongZ = same(0, -1) || same(0, 1)
  const corner = same(-1, -1) || same(1, -1) || same(-1, 1) || same(1, 1)
  return (alongX && alongZ) || corner ? speed / 2 : speed
}

function growStem(world, x, y, z, state, name) {
  if (plantLight(world, x, y, z) < 9) return true
  if (world.random.int(Math.floor(25 / growthSpeed(world, x, y, z, name)) + 1) !== 0) return true
  const { age } = world.data.propsOf(state)
  if (age < 7) {
    setProperties(world, x, y, z, state, { age: age + 1 })
    return true
  }
  const side = world.random.pick(Object.keys(SIDES))
  const [dx, dz] = SIDES[side]
  const soil = nameAt(world, x + dx, y - 1, z + dz)
  if (!isAir(world, x + dx, y, z + dz) || !SOIL.has(soil)) return true
  world.setBlock(x + dx, y, z + dz, world.data.stateOf(FRUIT[name]))
  world.setBlock(x, y, z, world.data.stateOf(`attached_${name}`, { facing: side }))
  return false
}

function growSapling(world, x, y, z, state) {
  if (plantLight(world, x, y + 1, z) >= 9 && world.random.int(7) === 0) advanceSapling(world, x, y, z, state)
  return true
}

function advanceSapling(world, x, y, z, state) {
  if (world.data.propsOf(state).stage === 0) setProperties(world, x, y, z, state, { stage: 1 })
  else growTree(world, x, y, z, state)
}

/** Sugar cane and cactus: 16 random ticks for the next block, at most three high. */
function growColumn(world, x, y, z, state, name) {
  if (!isAir(world, x, y + 1, z)) return false
  if (nameAt(world, x, y - 1, z) === name && nameAt(world, x, y - 2, z) === name) return false
  const { age } = world.data.propsOf(state)
  if (age < 15) {
    setProperties(world, x, y, z, state, { age: age + 1 })
    return true
  }
  setProperties(world, x, y, z, state, { age: 0 })
  world.setBlock(x, y + 1, z, world.data.stateOf(name))
  return false
}

function growBerries(world, x, y, z, state) {
  const { age } = world.data.propsOf(state)
  if (age >= 3) return false
  if (plantLight(world, x, y + 1, z) >= 9 && world.random.int(5) === 0) {
    setProperties(world, x, y, z, state, { age: age + 1 })
  }
  return true
}

function tendFarmland(world, x, y, z, state) {
  const { moisture } = world.data.propsOf(state)
  if (waterNear(world, x, y, z)) {
    if (moisture < 7) setProperties(world, x, y, z, state, { moisture: 7 })
  } else if (moisture > 0) {
    setProperties(world, x, y, z, state, { moisture: moisture - 1 })
  } else if (!CROPS[nameAt(world, x, y + 1, z)] && !FRUIT[nameAt(world, x, y + 1, z)]) {
    world.setBlock(x, y, z, world.data.stateOf('dirt'))
  }
  return true
}

function waterNear(world, x, y, z) {
  for (let dy = 0; dy <= 1; dy++) {
    for (let dx = -WATER_REACH; dx <= WATER_REACH; dx++) {
      for (let dz = -WATER_REACH; dz <= WATER_REACH; dz++) {
        if (nameAt(world, x + dx, y + dy, z + dz) === 'water') return true
      }
    }
  }
  return false
}

function breathes(world, x, y, z) {
  const above = world.chunks.get(x, y + 1, z)
  return !world.data.isOpaque(above) && !world.data.isLiquid(above)
}

/** Grass comes to dirt: as likely as that one of the grass blocks around, each throwing four times, hits this place. */
function greenDirt(world, x, y, z) {
  if (!breathes(world, x, y, z)) return false
  let grass = 0
  for (let dx = -1; dx <= 1; dx++) {
    for (let dy = -1; dy <= 3; dy++) {
      for (let dz = -1; dz <= 1; dz++) if (nameAt(world, x + dx, y + dy, z + dz) === 'grass_block') grass++
    }
  }
  if (grass === 0) return true
  if (!world.random.chance((4 * grass) / 45) || plantLight(world, x, y + 1, z) < 9) return true
  world.setBlock(x, y, z, world.data.stateOf('grass_block'))
  return false
}

function smotherGrass(world, x, y, z) {
  if (!breathes(world, x, y, z)) world.setBlock(x, y, z, world.data.stateOf('dirt'))
  return false
}

function decayLeaves(world, x, y, z, state) {
  if (hangsOnLog(world, x, y, z)) return false
  world.setBlock(x, y, z, 0)
  world.blockUpdates.drop(x, y, z, state)
  return false
}

const OTHER = 0
const LOG = 1
const LEAF = 2
const WIDTH = 2 * LEAF_REACH + 1
const visited = new Uint8Array(WIDTH ** 3)
const woodiness = new Map()

function woodOf(world, state) {
  let wood = woodiness.get(state)
  if (wood === undefined) {
    const name = world.data.blockName(state)
    wood = /_(log|wood)$/.test(name) ? LOG : name.endsWith('_leaves') ? LEAF : OTHER
    woodiness.set(state, wood)
  }
  return wood
}

/** Whether a log is within six steps through leaves. */
function hangsOnLog(world, x, y, z) {
  visited.fill(0)
  visited[(visited.length - 1) / 2] = 1
  let edge = [[x, y, z]]
  for (let distance = 1; distance <= LEAF_REACH; distance++) {
    const next = []
    for (const [fromX, fromY, fromZ] of edge) {
      for (const [dx, dy, dz] of NEIGHBOURS) {
        const place = [fromX + dx, fromY + dy, fromZ + dz]
        const [column, level, row] = [place[0] - x + LEAF_REACH, place[1] - y + LEAF_REACH, place[2] - z + LEAF_REACH]
        const index = (column * WIDTH + level) * WIDTH + row
        if (visited[index]) continue
        visited[index] = 1
        const wood = woodOf(world, world.chunks.get(...place))
        if (wood === LOG) return true
        if (wood === LEAF) next.push(place)
      }
    }
    edge = next
  }
  return false
}

module.exports = { behaviourOf, hangsOnLog, advanceSapling, setProperties, nameAt, isAir, CROPS, FRUIT }
