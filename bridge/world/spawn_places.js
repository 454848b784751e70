'use strict'
/**
 * Where players come into the world: the spawn point, or beside the bed that they last slept in.
 */

const { Vec3 } = require('vec3')
const { collisionBoxes } = require('./shapes')

/** Where a player starts or comes back: at their bed if it still stands, else at the world's spawn point. */
function respawnPosition(world, player) {
  const bed = player?.respawnAt
  if (bed && world.blockName(bed.x, bed.y, bed.z).endsWith('_bed')) {
    const place = placeBeside(world, bed)
    if (place) return { pos: place, atBed: true }
  }
  return { pos: new Vec3(world.spawn.x + 0.5, world.spawn.y, world.spawn.z + 0.5), atBed: false }
}

/** A place to stand next to a bed, or null when there is none. */
function placeBeside(world, bed) {
  for (let dy = 0; dy >= -1; dy--) {
    for (let dx = -2; dx <= 2; dx++) {
      for (let dz = -2; dz <= 2; dz++) {
        const [x, y, z] = [bed.x + dx, bed.y + dy, bed.z + dz]
        const open = [y, y + 1].every((level) => collisionBoxes(world.data, world.chunks.get(x, level, z)).length === 0)
        if (open && world.data.isSolid(world.chunks.get(x, y - 1, z))) return new Vec3(x + 0.5, y, z + 0.5)
      }
    }
  }
  return null
}

module.exports = { respawnPosition, placeBeside }
