'use strict'
/**
 * Which state a placed block gets: its facing, half, axis and shape, from where the player looks and clicks.
 *
 * Pure: reads the click, writes nothing. `null` means that the block cannot be placed like this.
 */

const FACES = ['down', 'up', 'north', 'south', 'west', 'east']
const OPPOSITE = { north: 'south', south: 'north', west: 'east', east: 'west', up: 'down', down: 'up' }
const BY_YAW = ['south', 'west', 'north', 'east']
const CLOCKWISE = { north: 'east', east: 'south', south: 'west', west: 'north' }

/** The horizontal direction that a player looks in. */
function facingOf(player) {
  const quarter = Math.round(player.yaw / (Math.PI / 2))
  return BY_YAW[((quarter % 4) + 4) % 4]
}

/** The direction, up and down included, that a player looks in most. */
function lookOf(player) {
  if (Math.abs(player.pitch) > Math.PI / 4) return player.pitch > 0 ? 'down' : 'up'
  return facingOf(player)
}

/** Whether the click is on the upper half: under a ceiling, or high on a side. */
const upperHalf = ({ face, cursorY }) => face === 'down' || (face !== 'up' && cursorY > 0.5)

const towardsPlayer = ({ player }) => ({ facing: OPPOSITE[facingOf(player)] })
const alongLook = ({ player }) => ({ facing: facingOf(player) })
const againstWall = ({ face }) => (face === 'up' || face === 'down' ? null : { facing: face })

const PILLARS = new Set([
  'basalt', 'polished_basalt', 'hay_block', 'bone_block', 'deepslate', 'quartz_pillar', 'purpur_pillar', 'bamboo_block',
  'stripped_bamboo_block', 'muddy_mangrove_roots', 'chain',
])
const FRONTED = new Set([
  'furnace', 'smoker', 'blast_furnace', 'chest', 'trapped_chest', 'ender_chest', 'carved_pumpkin', 'jack_o_lantern',
  'lectern', 'stonecutter', 'loom', 'beehive', 'bee_nest', 'chiseled_bookshelf',
])
const AXIS = { down: 'y', up: 'y', north: 'z', south: 'z', west: 'x', east: 'x' }
const isOneOf = (names, ending) => ({ test: (name) => names.has(name) || ending.test(name) })
const awayFromLook = ({ player }) => ({ facing: OPPOSITE[lookOf(player)] })
const sixteenth = ({ player }) => ({ rotation: (Math.round((player.yaw * 8) / Math.PI + 8) % 16 + 16) % 16 })

/** Rules by name: the first that matches gives the properties. */
const RULES = [
  [isOneOf(PILLARS, /_(log|wood|stem|hyphae)$/), ({ face }) => ({ axis: AXIS[face] })],
  [isOneOf(FRONTED, /_glazed_terracotta$/), towardsPlayer],
  [/^(barrel|dispenser|dropper|piston|sticky_piston|observer)$/, awayFromLook],
  [/_stairs$/, (click) => ({ ...alongLook(click), half: upperHalf(click) ? 'top' : 'bottom' })],
  [/_slab$/, (click) => ({ type: upperHalf(click) ? 'top' : 'bottom' })],
  [/_trapdoor$/, (click) => {
    const side = click.face !== 'up' && click.face !== 'down'
    return { facing: side ? click.face : OPPOSITE[facingOf(click.player)], half: upperHalf(click) ? 'top' : 'bottom' }
  }],
  [/^(ladder|wall_torch|soul_wall_torch|redstone_wall_torch|tripwire_hook)$|_wall_sign$/, againstWall],
  [/_button$|^lever$|^grindstone$/, ({ face, player }) => {
    if (face === 'up') return { face: 'floor', facing: facingOf(player) }
    return face === 'down' ? { face: 'ceiling', facing: facingOf(player) } : { face: 'wall', facing: face }
  }],
  [/_fence_gate$|^(repeater|comparator|campfire|soul_campfire)$/, alongLook],
  [/^anvil$|^(chipped|damaged)_anvil$/, ({ player }) => ({ facing: CLOCKWISE[facingOf(player)] })],
  [/(?<!_hanging)_sign$|_banner$/, sixteenth],
  [/^(lantern|soul_lantern)$/, ({ face }) => ({ hanging: face === 'down' })],
  [/^(end_rod|lightning_rod)$|^amethyst_cluster$/, ({ face }) => ({ facing: face })],
  [/_leaves$/, () => ({ persistent: true })],
  [/^(vine|glow_lichen)$/, ({ face }) => (face === 'up' ? null : { [OPPOSITE[face]]: true })],
]

/** Items whose block has another name; those that stand differently on a wall have a second one. */
const BLOCK_OF_ITEM = {
  wheat_seeds: 'wheat', carrot: 'carrots', potato: 'potatoes', beetroot_seeds: 'beetroots',
  melon_seeds: 'melon_stem', pumpkin_seeds: 'pumpkin_stem', torchflower_seeds: 'torchflower_crop',
  redstone: 'redstone_wire', string: 'tripwire', sweet_berries: 'sweet_berry_bush', cocoa_beans: 'cocoa',
  bamboo: 'bamboo_sapling', glow_berries: 'cave_vines',
}
const ON_WALLS = { torch: 'wall_torch', soul_torch: 'soul_wall_torch', redstone_torch: 'redstone_wall_torch' }

/** The block that an item places when clicked on a face; undefined when the item is no block. */
function blockFor(data, itemName, face) {
  const onSide = face !== 'up' && face !== 'down'
  if (onSide && ON_WALLS[itemName]) return ON_WALLS[itemName]
  if (onSide && itemName.endsWith('_sign')) return itemName.replace(/_sign$/, '_wall_sign')
  const name = BLOCK_OF_ITEM[itemName] ?? itemName
  return data.block(name) ? name : undefined
}

/**
 * The state for a block placed by this click: {player, face, cursorY, wet}. `null` when it cannot be placed so.
 * @param click  `face` is the side clicked on, `cursorY` the height on it, `wet` whether the place holds water
 */
function stateFor(data, name, click) {
  const rule = RULES.find(([pattern]) => pattern.test(name))
  const wanted = rule ? rule[1](click) : {}
  if (!wanted) return null
  if (name.endsWith('_door') || name.endsWith('_bed')) wanted.facing = facingOf(click.player)
  const has = data.propsOf(data.stateOf(name))
  if (click.wet && 'waterlogged' in has) wanted.waterlogged = true
  const known = Object.fromEntries(Object.entries(wanted).filter(([property]) => property in has))
  return data.stateOf(name, known)
}

module.exports = { stateFor, blockFor, FACES, OPPOSITE, CLOCKWISE }
