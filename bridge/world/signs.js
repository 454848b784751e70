'use strict'
/**
 * Signs: what is written on them, in the block entity of their place: {kind: 'sign', front, back}, four lines each.
 *
 * Whoever places a sign or clicks on one is shown its editor and may then write on it once. What stands there is the
 * text of players: it is kept and told as it is, and nothing here or below understands it.
 */

const nbt = require('prismarine-nbt')

const LINES = 4
/** Letters of one line that vanilla takes. */
const LONGEST = 384
/** Numbers of the registry `block_entity_type` of 1.20.1. */
const TYPES = { sign: 7, hanging: 8 }

const isSign = (name) => name.endsWith('_sign')
const typeOf = (name) => (name.endsWith('hanging_sign') ? TYPES.hanging : TYPES.sign)
const keyOf = (x, y, z) => `${x},${y},${z}`

/** Four lines of at most LONGEST letters, whatever was sent. */
const linesOf = (texts) => Array.from({ length: LINES }, (_, line) => String(texts[line] ?? '').slice(0, LONGEST))

const side = (lines) => nbt.comp({
  has_glowing_text: nbt.byte(0),
  color: nbt.string('black'),
  messages: nbt.list(nbt.string(lines.map((text) => JSON.stringify({ text })))),
})

const toNbt = ({ front, back }) => nbt.comp({ is_waxed: nbt.byte(0), front_text: side(front), back_text: side(back) })

/** Another block stands at a place: a sign that was there takes its text with it, a new one is blank. */
function changed(world, before, after, x, y, z) {
  if (isSign(world.data.blockName(before))) world.chunks.setBlockEntity(x, y, z, null)
  if (isSign(world.data.blockName(after))) put(world, x, y, z, { front: [], back: [] })
}

function put(world, x, y, z, { front, back }) {
  const entity = { kind: 'sign', front: linesOf(front), back: linesOf(back) }
  world.chunks.setBlockEntity(x, y, z, entity)
  world.tellBlockEntity(x, y, z, typeOf(world.blockName(x, y, z)), toNbt(entity))
}

/** Show a player the editor of a sign. */
function edit(player, x, y, z) {
  player.writesOn = keyOf(x, y, z)
  player.session.send('open_sign_entity', { location: { x, y, z }, isFrontText: true })
}

/** What a player typed into the editor: the message `update_sign`. */
function typed(world, player, { location: { x, y, z }, isFrontText, text1, text2, text3, text4 }) {
  if (player.writesOn !== keyOf(x, y, z)) return
  player.writesOn = null
  write(world, x, y, z, [text1, text2, text3, text4], { front: isFrontText, by: player.name })
}

/** Write on a side of a sign. False where there is none. */
function write(world, x, y, z, texts, { front = true, by = null } = {}) {
  const block = world.blockName(x, y, z)
  if (!isSign(block)) return false
  const { front: before = [], back = [] } = world.chunks.blockEntity(x, y, z) ?? {}
  put(world, x, y, z, front ? { front: texts, back } : { front: before, back: texts })
  world.events.emit('sign', { player: by, block, text: linesOf(texts).join('\n').trim(), x, y, z })
  return true
}

/** The signs of a column as `map_chunk` sends them. */
function ofColumn(world, column) {
  return [...world.chunks.blockEntitiesOf(column)].filter(({ entity }) => entity.kind === 'sign').map((found) => ({
    x: found.x & 15,
    z: found.z & 15,
    y: found.y,
    type: typeOf(world.blockName(found.x, found.y, found.z)),
    nbtData: toNbt(found.entity),
  }))
}

module.exports = { isSign, changed, edit, typed, write, ofColumn, LINES }
