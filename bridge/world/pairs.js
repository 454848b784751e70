'use strict'
/**
 * Blocks of two halves: doors, beds and tall plants. Where the other half of a state is.
 */

const DIRECTIONS = { north: [0, 0, -1], south: [0, 0, 1], west: [-1, 0, 0], east: [1, 0, 0] }
const TALL = /_door$|^(tall_grass|large_fern|sunflower|lilac|rose_bush|peony|tall_seagrass|pitcher_plant)$/

/** The place of the other half, or null for a block of one piece. */
function otherHalf(data, state, x, y, z) {
  const name = data.blockName(state)
  const props = data.propsOf(state)
  if (TALL.test(name)) return { x, y: props.half === 'upper' ? y - 1 : y + 1, z }
  if (!name.endsWith('_bed')) return null
  const [dx, , dz] = DIRECTIONS[props.facing]
  const way = props.part === 'foot' ? 1 : -1
  return { x: x + dx * way, y, z: z + dz * way }
}

module.exports = { otherHalf, DIRECTIONS }
