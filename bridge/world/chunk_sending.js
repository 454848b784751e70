'use strict'
/**
 * Which columns a player is sent, and when: nearest first, a few a tick, so that joining and walking stay quick.
 */

const nbt = require('prismarine-nbt')
const signs = require('./signs')

const COLUMNS_PER_TICK = 6
/** Clients keep columns this far beyond the view, so that pacing up and down costs nothing. */
const LINGER = 1
/** Columns stay in the server's memory this far beyond a player's view. */
const KEEP_BEYOND = 3

const EMPTY_HEIGHTMAPS = nbt.comp({})
const key = (cx, cz) => `${cx},${cz}`

/** Offsets of the columns within a view, nearest first. */
function spiral(view) {
  const offsets = []
  for (let dx = -view; dx <= view; dx++) for (let dz = -view; dz <= view; dz++) offsets.push([dx, dz])
  return offsets.sort((a, b) => a[0] ** 2 + a[1] ** 2 - (b[0] ** 2 + b[1] ** 2))
}

/** Forget what the player has been sent (a join, a new life): everything is sent again. */
function reset(player) {
  player.columns = new Map() // key -> [cx, cz], what the client holds
  player.centre = null
  player.toSend = []
}

/** Whether the client holds a column. */
const sees = (player, cx, cz) => player.columns.has(key(cx, cz))

function recentre(world, player, cx, cz) {
  player.centre = [cx, cz]
  player.session.send('update_view_position', { chunkX: cx, chunkZ: cz })
  for (const [name, [x, z]] of player.columns) {
    if (Math.max(Math.abs(x - cx), Math.abs(z - cz)) <= world.view + LINGER) continue
    player.columns.delete(name)
    player.session.send('unload_chunk', { chunkX: x, chunkZ: z })
  }
  world.viewOffsets ??= spiral(world.view)
  player.toSend = world.viewOffsets.map(([dx, dz]) => [cx + dx, cz + dz]).filter(([x, z]) => !sees(player, x, z))
}

function sendColumn(world, player, cx, cz) {
  player.columns.set(key(cx, cz), [cx, cz])
  const column = world.chunks.column(cx, cz)
  player.session.send('map_chunk', {
    x: cx,
    z: cz,
    heightmaps: EMPTY_HEIGHTMAPS,
    chunkData: world.chunks.encode(column),
    blockEntities: signs.ofColumn(world, column),
    skyLightMask: [],
    blockLightMask: [],
    emptySkyLightMask: [],
    emptyBlockLightMask: [],
    skyLight: [],
    blockLight: [],
  })
}

/** Follow the player and send up to `most` columns that are missing. */
function step(world, player, most = COLUMNS_PER_TICK) {
  const cx = Math.floor(player.pos.x) >> 4
  const cz = Math.floor(player.pos.z) >> 4
  if (player.centre?.[0] !== cx || player.centre[1] !== cz) recentre(world, player, cx, cz)
  for (let i = 0; i < most && player.toSend.length; i++) sendColumn(world, player, ...player.toSend.shift())
}

/** Let go of columns that no player is near. Their changes are kept until the next save. */
function unload(world) {
  if (!world.players.size) return
  const centres = [...world.players.values()].map(({ pos }) => ({ x: pos.x, z: pos.z }))
  world.chunks.forgetBeyond(centres, world.view + KEEP_BEYOND)
}

module.exports = { step, reset, sees, unload }
