/**
 * How the body reads terrain when it looks for a path: the pathfinder's own rules with this traveller's habits (digs,
 * bridges, never opens a liquid onto itself, falls at most three blocks, keeps away from lava) and a quicker reading of
 * blocks. One block object is made per block state and one cell per place instead of one per look, because a search
 * looks some hundred thousand times; cells are forgotten as soon as any block changes.
 */
'use strict'

const { Vec3 } = require('vec3')
const { Movements } = require('mineflayer-pathfinder')
const { FALLING } = require('./digging')
const { BUILDING } = require('./worth')
const { quickest } = require('./tools')

const HARMFUL = [
  'lava', 'fire', 'soul_fire', 'cobweb', 'sweet_berry_bush', 'wither_rose', 'powder_snow', 'campfire', 'soul_campfire'
]
const BURNING_GROUND = ['magma_block', 'cactus', 'campfire', 'soul_campfire']
const KEPT =
  /^(crafting_table|(blast_)?furnace|smoker|chest|trapped_chest|barrel|spawner|\w+_bed|anvil|farmland|lectern)$/
const SIDES = [[1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [0, 1, 0], [0, -1, 0]]
const NEAR_LAVA = 12
const NOTHING = Object.freeze({
  replaceable: false, canFall: false, safe: false, physical: false, liquid: false, climbable: false, openable: false
})

/** One number for one place of the world (x and z within a million of the middle). */
const placeKey = (x, y, z) => ((x + 1048576) * 2097152 + (z + 1048576)) * 512 + (y + 64)

/** A look at one cell: what the pathfinder asks of a block, shared by all blocks of a state but for the place. */
class Cell {
  constructor (kind, x, y, z) {
    this.kind = kind
    this.position = new Vec3(x, y, z)
    this.height = y + kind.top
    this.heat = null // what to pay for standing here, worked out when first asked
  }

  get type () { return this.kind.type }
  get name () { return this.kind.name }
  get shapes () { return this.kind.shapes }
  get boundingBox () { return this.kind.boundingBox }
  get climbable () { return this.kind.climbable }
  get safe () { return this.kind.safe }
  get physical () { return this.kind.physical }
  get replaceable () { return this.kind.replaceable }
  get liquid () { return this.kind.liquid }
  get canFall () { return this.kind.canFall }
  get openable () { return this.kind.openable }
}

class Terrain extends Movements {
  constructor (bot) {
    super(bot)
    const { blocksByName, itemsByName, blocksArray } = bot.registry
    this.Block = require('prismarine-block')(bot.registry)
    this.kinds = new Map() // block state -> what all its cells share
    this.maxDropDown = 3
    this.liquidCost = 4
    this.placeCost = 3
    this.allowParkour = false
    this.blocksToAvoid = new Set(HARMFUL.map(name => blocksByName[name].id))
    this.burning = new Set(BURNING_GROUND.map(name => blocksByName[name].id))
    this.gravityBlocks = new Set(FALLING.filter(name => name in blocksByName).map(name => blocksByName[name].id))
    for (const block of blocksArray) if (KEPT.test(block.name)) this.blocksCantBreak.add(block.id)
    this.scafoldingBlocks = BUILDING.map(name => itemsByName[name].id)
    this.exclusionAreasStep = [cell => this.heat(cell)]
    this.cells = new Map() // place -> Cell, as long as no block changes
    this.creatures = new Map() // place -> what creatures there cost, for the search under way
    for (const change of ['blockUpdate', 'chunkColumnLoad', 'chunkColumnUnload']) {
      bot.world.on(change, () => { if (this.cells.size > 0) this.cells = new Map() })
    }
  }

  /** What to pay for standing here: much beside lava or on what burns. */
  heat (cell) {
    cell.heat ??= this.heatAt(cell.position)
    return cell.heat
  }

  heatAt ({ x, y, z }) {
    if (this.burning.has(this.cellAt(x, y - 1, z).kind?.type)) return 100
    return SIDES.some(([dx, dy, dz]) => this.cellAt(x + dx, y + dy, z + dz).kind?.lava) ? NEAR_LAVA : 0
  }

  updateCollisionIndex () {
    super.updateCollisionIndex()
    this.creatures = new Map()
    for (const [place, cost] of Object.entries(this.entityIntersections)) {
      this.creatures.set(placeKey(...place.split(',').map(Number)), cost)
    }
  }

  getNumEntitiesAt (position, dx, dy, dz) {
    if (this.creatures.size === 0) return 0
    return this.creatures.get(placeKey(position.x + dx, position.y + dy, position.z + dz)) ?? 0
  }

  getBlock (pos, dx, dy, dz) {
    const x = Math.floor(pos.x + dx)
    const y = Math.floor(pos.y + dy)
    const z = Math.floor(pos.z + dz)
    return this.cellAt(x, y, z)
  }

  cellAt (x, y, z) {
    const key = placeKey(x, y, z)
    let cell = this.cells.get(key)
    if (cell === undefined) {
      const kind = this.kindAt(x, y, z)
      cell = kind
        ? new Cell(kind, x, y, z)
        : { ...NOTHING, height: y, position: new Vec3(x, y, z), shapes: [], heat: 0 }
      this.cells.set(key, cell)
    }
    return cell
  }

  /** What the cell at a place shares with all of its state, or null where no chunk is loaded. */
  kindAt (x, y, z) {
    const column = this.bot.world.getColumn(x >> 4, z >> 4)
    if (!column) return null
    const state = column.getBlockStateId({ x: x & 15, y, z: z & 15 })
    return this.kinds.get(state) ?? this.learn(state)
  }

  learn (state) {
    const block = this.Block.fromStateId(state, 0)
    const { type, name, shapes, boundingBox } = block
    const climbable = this.climbables.has(type)
    const physical = boundingBox === 'block' && !this.fences.has(type)
    const kind = {
      block, type, name, shapes, boundingBox, climbable, physical,
      safe: (boundingBox === 'empty' || climbable || this.carpets.has(type)) && !this.blocksToAvoid.has(type),
      replaceable: this.replaceables.has(type) && !physical,
      liquid: this.liquids.has(type),
      lava: name === 'lava',
      canFall: this.gravityBlocks.has(type),
      openable: this.openable.has(type),
      top: Math.max(0, ...shapes.map(shape => shape[4]))
    }
    this.kinds.set(state, kind)
    return kind
  }

  safeOrBreak (cell, toBreak) {
    const cost = this.exclusionStep(cell) + this.getNumEntitiesAt(cell.position, 0, 0, 0) * this.entityCost
    if (cell.safe) return cost
    if (!cell.kind || !this.safeToBreak(cell)) return 100
    toBreak.push(cell.position)
    const above = cell.physical ? this.getNumEntitiesAt(cell.position, 0, 1, 0) * this.entityCost : 0
    return cost + above + (1 + 3 * quickest(this.bot, cell.kind.block).ticks / 20) * this.digCost
  }
}

module.exports = { Terrain }
