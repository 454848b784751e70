'use strict'
/**
 * A situation: all that matters around one player, as plain JSON, to be restored into another world of the same seed.
 *
 * It holds the differences of the columns around the player from the terrain, what containers hold, mobs and things
 * that lie about, the player with everything carried, and time. What is farther away than the radius stays as the
 * terrain made it. Restoring is for a world that keeps nothing and that nobody has joined: a trial world, whose own
 * rules hold (a help or a changed recipe of the world that it was taken from stays there).
 */

const { hash } = require('./random')

const FORMAT = 1
/** Columns captured around the player in each direction: all that it can see, and one more. */
const BEYOND_VIEW = 1

/** A world that cannot take a situation; the message says why. */
class SituationError extends Error {}

const packed = (changes) => [...changes].flat()

function unpacked(list) {
  const changes = new Map()
  for (let i = 0; i < list.length; i += 2) changes.set(list[i], list[i + 1])
  return changes
}

/**
 * The situation of a player.
 * @param radius  in columns; by default a little more than the view
 */
function capture(world, player, radius = world.view + BEYOND_VIEW) {
  const [cx, cz] = [Math.floor(player.pos.x) >> 4, Math.floor(player.pos.z) >> 4]
  const near = (x, z) => Math.abs((Math.floor(x) >> 4) - cx) <= radius && Math.abs((Math.floor(z) >> 4) - cz) <= radius
  const columns = []
  for (let x = cx - radius; x <= cx + radius; x++) {
    for (let z = cz - radius; z <= cz + radius; z++) {
      const { changes, blockEntities, settled } = world.chunks.differenceOf(x, z) ?? {}
      if (!settled && !changes?.size && !blockEntities?.size) continue
      columns.push({ cx: x, cz: z, settled, changes: packed(changes), blockEntities: [...blockEntities] })
    }
  }
  const { entities, blockUpdates, growing } = world.entitySystem.serialise()
  const state = world.state()
  return {
    format: FORMAT,
    seed: world.seed,
    player: player.name,
    columns,
    state: {
      ...state,
      players: { [player.name]: state.players[player.name] },
      furnaces: state.furnaces.filter(([x, , z]) => near(x, z)),
      entities: { entities: entities.filter(({ pos: [x, , z] }) => near(x, z)), blockUpdates, growing },
    },
  }
}

/**
 * Make a world like a captured situation.
 * @param dice  any integer: with another one the same situation goes on with other chances
 */
function restore(world, { format, seed, columns, state }, dice = 0) {
  if (format !== FORMAT) throw new SituationError(`this situation has format ${format}; this version reads ${FORMAT}`)
  if (seed !== world.seed) throw new SituationError(`this situation is of seed ${seed}, the world of seed ${world.seed}`)
  if (world.store) throw new SituationError('a situation is never restored into a world that is kept')
  if (world.players.size) throw new SituationError('a situation is restored before anybody joins')
  for (const { cx, cz, settled, changes, blockEntities } of columns) {
    const difference = { cx, cz, settled, changes: unpacked(changes), blockEntities: new Map(blockEntities) }
    world.chunks.adopt(difference)
  }
  world.resume({ ...state, rules: world.rules })
  world.random.reseed(hash(seed, dice, world.tick))
}

module.exports = { capture, restore, SituationError }
