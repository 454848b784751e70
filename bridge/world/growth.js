'use strict'
/**
 * What grows, spreads and decays by itself: crops, stems, saplings, sugar cane, cactus, farmland, grass, cut-off leaves.
 *
 * Vanilla picks 3 random blocks of every section in every tick and lets the few that can grow do so. Here the blocks
 * that can grow are known (the block updates report them), and each tick draws how many of them vanilla would have
 * picked, and which: the same chances for a fraction of the work. Untouched wild plants are full grown and not kept.
 */
const { SIDES } = require('./supports')
const { naturalDrops } = require('./loot')
const { Vec3 } = require('vec3')
const { growTree } = require('./saplings')
const { plantLight } = require('./daylight')

/** Chance that one block is picked in one tick: 3 of the 4096 in its section. */
const PICKED = 3 / 4096
const TICKING_RADIUS = 128
const LEAF_REACH = 6
const WATER_REACH = 4
const CROPS = { wheat: 7, carrots: 7, potatoes: 7, beetroots: 3, torchflower_crop: 1 }
const FRUIT = { melon_stem: 'melon', pumpkin_stem: 'pumpkin' }

const keyOf = (x, y, z) => `${x},${y},${z}`

/** The places of a world where something may grow. */
class Growing {
  constructor(world) {
    this.world = world
    this.places = []
    this.indexByKey = new Map()
  }

  /** A block changed or was touched by a change: keep its place if it can grow. */
  notice(x, y, z, state) {
    const { world } = this
    const name = world.data.blockName(state)
    if (name.endsWith('_leaves')) return this.noticeLeaves(x, y, z, state)
    if (behaviourOf(name) && behaviourOf(name).starts(world, x, y, z)) this.keep(x, y, z)
  }

  noticeLeaves(x, y, z, state) {
    const { world } = this
    if (world.data.propsOf(state).persistent || this.indexByKey.has(keyOf(x, y, z))) return
    if (hangsOnLog(world, x, y, z)) return
    this.keep(x, y, z)
    world.blockUpdates.queue(x, y, z)
  }

  keep(x, y, z) {
    const key = keyOf(x, y, z)
    if (this.indexByKey.has(key)) return
    this.indexByKey.set(key, this.places.length)
    this.places.push([x, y, z])
  }

  forget(index) {
    this.indexByKey.delete(keyOf(...this.places[index]))
    const last = this.places.pop()
    if (index === this.places.length) return
    this.places[index] = last
    this.indexByKey.set(keyOf(...last), index)
  }

  /** One tick: let as many places grow as vanilla's random ticks would have picked. */
  step() {
    const { random } = this.world
    let picks = this.places.length * PICKED
    picks = Math.floor(picks) + (random.chance(picks % 1) ? 1 : 0)
    while (picks-- > 0 && this.places.length > 0) this.tick(random.int(this.places.length))
  }

  tick(index) {
    const { world } = this
    const [x, y, z] = this.places[index]
    if (!playerNear(world, x, z)) return
    const state = world.chunks.get(x, y, z)
    const name = world.data.blockName(state)
    const behaviour = name.endsWith('_leaves') ? LEAVES : behaviourOf(name)
    if (!behaviour || behaviour.grow(world, x, y, z, state, name) === false) {
      const still = this.indexByKey.get(keyOf(x, y, z))
      if (still !== undefined) this.forget(still)
    }
  }

  serialise() {
    return this.places
  }

  restore(places) {
    this.places = places.map((place) => [...place])
    this.indexByKey = new Map(this.places.map((place, index) => [keyOf(...place), index]))
  }
}

function playerNear(world, x, z) {
  for (const player of world.players.values()) {
    if (Math.abs(player.pos.x - x) < TICKING_RADIUS && Math.abs(player.pos.z - z) < TICKING_RADIUS) return true
  }
  return false
}

const always = () => true
/** Each behaviour: `starts`, whether the place is worth keeping; `grow`, one random tick, `false` when it is done for good. */
const BEHAVIOURS = {
  crop: { starts: always, grow: growCrop },
  stem: { starts: always, grow: growStem },
  sapling: { starts: always, grow: growSapling },
  column: { starts: (world, x, y, z) => isAir(world, x, y + 1, z), grow: growColumn },
  farmland: { starts: always, grow: tendFarmland },
  dirt: { starts: (world, x, y, z) => breathes(world, x, y, z), grow: greenDirt },
  grass: { starts: (world, x, y, z) => !breathes(world, x, y, z), grow: smotherGrass },
  berries: { starts: always, grow: growBerries }
}
const LEAVES = { starts: always, grow: decayLeaves }

const behaviourByName = new Map()

function behaviourOf(name) {
  let behaviour = behaviourByName.get(name)
  if (behaviour === undefined) behaviourByName.set(name, (behaviour = findBehaviour(name)))
  return behaviour
}

function findBehaviour(name) {
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
  if (!isAir(world, x + dx, y, z + dz) || !(soil === 'farmland' || soil === 'dirt' || soil === 'grass_block')) return true
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
  if (plantLight(world, x, y + 1, z) >= 9 && world.random.int(5) === 0) setProperties(world, x, y, z, state, { age: age + 1 })
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
  for (const stack of naturalDrops(world, state, null, world.random)) {
    world.dropItem(new Vec3(x + 0.5, y + 0.5, z + 0.5), stack)
  }
  return false
}

/** Whether a log is within six steps through leaves. */
function hangsOnLog(world, x, y, z) {
  const seen = new Set([keyOf(x, y, z)])
  let front = [[x, y, z]]
  for (let distance = 1; distance <= LEAF_REACH; distance++) {
    const next = []
    for (const [fx, fy, fz] of front) {
      for (const [dx, dy, dz] of [[0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0], [0, 0, -1], [0, 0, 1]]) {
        const place = [fx + dx, fy + dy, fz + dz]
        const key = keyOf(...place)
        if (seen.has(key)) continue
        seen.add(key)
        const name = nameAt(world, ...place)
        if (/_(log|wood)$/.test(name)) return true
        if (name.endsWith('_leaves')) next.push(place)
      }
    }
    front = next
  }
  return false
}

/**
 * Bone meal on a block. True if it did something (and is used up).
 * Crops gain 2 to 5 ages, saplings grow by 45 %, grass sprouts around.
 */
function boneMeal(world, x, y, z) {
  const state = world.chunks.get(x, y, z)
  const name = world.data.blockName(state)
  const { random } = world
  if (CROPS[name] || FRUIT[name]) {
    const { age } = world.data.propsOf(state)
    const most = CROPS[name] ?? 7
    if (age >= most) return false
    const gain = name === 'beetroots' ? (random.chance(0.75) ? 1 : 0) : random.range(2, 5)
    setProperties(world, x, y, z, state, { age: Math.min(most, age + gain) })
    return true
  }
  if (name.endsWith('_sapling') && name !== 'bamboo_sapling') {
    if (random.chance(0.45)) advanceSapling(world, x, y, z, state)
    return true
  }
  if (name === 'sweet_berry_bush' && world.data.propsOf(state).age < 3) {
    setProperties(world, x, y, z, state, { age: world.data.propsOf(state).age + 1 })
    return true
  }
  return name === 'grass_block' && isAir(world, x, y + 1, z) ? sprout(world, x, y, z) : false
}

function sprout(world, x, y, z) {
  const { random } = world
  for (let i = 0; i < 24; i++) {
    const px = x + random.range(-3, 3)
    const pz = z + random.range(-3, 3)
    const py = y + random.range(-1, 1)
    if (nameAt(world, px, py, pz) !== 'grass_block' || !isAir(world, px, py + 1, pz)) continue
    const plant = random.chance(0.125) ? random.pick(['dandelion', 'poppy']) : 'grass'
    world.setBlock(px, py + 1, pz, world.data.stateOf(plant))
  }
  return true
}

/** One tick of growth. */
function step(world) {
  world.growing.step()
}

module.exports = { step, boneMeal, Growing }
