'use strict'
/**
 * Blocks that hold things: crafting tables (a grid only while open), chests, barrels; furnaces have their own file.
 *
 * Contents live in the block entity of their place: {kind, slots, ...}. Two chests that have joined open as one window
 * of six rows. When such a block goes, its contents fall. What a player stored and took is reported whenever nothing
 * is on the cursor, by comparing what lies inside with what lay there before.
 */

const { Vec3 } = require('vec3')
const { openWindow, closeWindowsAt } = require('./windows')
const { SlotList } = require('./views')
const { tally } = require('./stacks')
const furnaces = require('./furnaces')

const CHEST_SLOTS = 27
const TITLES = { chest: 'Chest', trapped_chest: 'Chest', barrel: 'Barrel' }
const CLOCKWISE = { north: [1, 0], east: [0, 1], south: [-1, 0], west: [0, -1] }
const keyOf = (x, y, z) => `${x},${y},${z}`

/** Open what can be opened at a place. False when the block is no container. */
function open(world, player, name, x, y, z) {
  if (name === 'crafting_table') openTable(world, player, keyOf(x, y, z))
  else if (name in furnaces.KINDS) furnaces.open(world, player, name, x, y, z)
  else if (name in TITLES) openChest(world, player, name, x, y, z)
  else return false
  world.events.emit('opened', { player: player.name, block: name, x, y, z })
  return true
}

function openTable(world, player, at) {
  const slots = new SlotList([new Array(10).fill(null)])
  openWindow(world, player, slots, ['result', ...new Array(9).fill('grid')], {
    at, type: 'crafting', title: 'Crafting', station: 'crafting_table', grid: { from: 1, to: 10, width: 3 },
  })
}

/** The stored slots of a chest's place, made when it is opened for the first time. */
function slotsAt(world, { x, y, z }) {
  let entity = world.chunks.blockEntity(x, y, z)
  if (!entity) {
    entity = { kind: 'chest', slots: new Array(CHEST_SLOTS).fill(null) }
    world.chunks.setBlockEntity(x, y, z, entity)
  }
  return entity.slots
}

/** The places of a chest's halves, the upper rows first; one place for a single chest. */
function halvesOf(world, state, x, y, z) {
  const { type, facing } = world.data.propsOf(state)
  if (type !== 'left' && type !== 'right') return [{ x, y, z }]
  const way = type === 'left' ? 1 : -1
  const [dx, dz] = CLOCKWISE[facing]
  const other = { x: x + dx * way, y, z: z + dz * way }
  return type === 'right' ? [{ x, y, z }, other] : [other, { x, y, z }]
}

function openChest(world, player, name, x, y, z) {
  const halves = halvesOf(world, world.chunks.get(x, y, z), x, y, z)
  const slots = new SlotList(halves.map((half) => slotsAt(world, half)))
  const double = halves.length > 1
  let before = tally(slots.all())
  const settle = () => {
    const after = tally(slots.all())
    report(world, player, before, after, x, y, z)
    before = after
  }
  openWindow(world, player, slots, new Array(slots.length).fill('storage'), {
    at: halves.map((half) => keyOf(half.x, half.y, half.z)).join(' '),
    type: double ? 'generic_9x6' : 'generic_9x3',
    title: double ? 'Large Chest' : TITLES[name],
    onChange: () => {
      for (const half of halves) {
        world.chunks.setBlockEntity(half.x, half.y, half.z, world.chunks.blockEntity(half.x, half.y, half.z))
      }
    },
    onSettled: settle,
    onClose: settle,
  })
}

function report(world, player, before, after, x, y, z) {
  for (const item of Object.keys({ ...before, ...after })) {
    const gained = (after[item] ?? 0) - (before[item] ?? 0)
    if (gained) {
      const kind = gained > 0 ? 'stored' : 'took'
      world.events.emit(kind, { player: player.name, item, count: Math.abs(gained), x, y, z })
    }
  }
}

/** A block of state `before` has gone: its contents fall, its windows close, a chest that it joined is single again. */
function removed(world, before, x, y, z) {
  const entity = world.chunks.blockEntity(x, y, z)
  if (entity?.slots) {
    closeWindowsAt(world, keyOf(x, y, z))
    for (const stack of entity.slots) if (stack) world.dropItem(new Vec3(x + 0.5, y + 0.5, z + 0.5), stack)
    world.chunks.setBlockEntity(x, y, z, null)
    furnaces.forget(world, x, y, z)
  }
  const halves = halvesOf(world, before, x, y, z)
  if (halves.length === 1) return
  for (const half of halves) {
    const state = world.chunks.get(half.x, half.y, half.z)
    if (world.data.blockName(state) !== world.data.blockName(before)) continue
    world.setBlock(half.x, half.y, half.z, world.data.withProps(state, { type: 'single' }))
  }
}

module.exports = { open, removed }
