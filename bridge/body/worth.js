/**
 * What an item is worth to a traveller whose pockets are full: the table behind tidying up, choosing fuel and choosing
 * blocks to build with. Small numbers go first. Only an order, never a price: nothing else may depend on the figures.
 */
'use strict'

const CLASSES = [
  [0, /^(rotten_flesh|poisonous_potato|spider_eye|pufferfish|dead_bush|fern|grass|tall_grass|large_fern|vine)$/],
  [1, /^(dirt|coarse_dirt|rooted_dirt|diorite|granite|andesite|tuff|gravel|sand|red_sand|clay_ball|snowball|calcite)$/],
  [2, /(_seeds|_sapling|_petals|_tulip|_orchid|_leaves)$/],
  [2, /^(dandelion|poppy|allium|azure_bluet|oxeye_daisy|cornflower)$/],
  [2, /^(lily_of_the_valley|sunflower|lilac|rose_bush|peony|brown_mushroom|red_mushroom|kelp|seagrass|sea_pickle)$/],
  [3, /^(cobblestone|cobbled_deepslate|netherrack|flint|feather|bone|egg|ink_sac|glow_lichen|dripstone_block)$/],
  [4, /^(stick|bone_meal|string|gunpowder|leather|cactus|bamboo|sugar_cane|pumpkin|melon|white_wool|cobweb)$/],
  [5, /_(planks|wool|slab|stairs|fence|button|sign|carpet)$/],
  [6, /_(log|wood|stem|hyphae)$/],
  [7, /^(torch|coal|charcoal|lapis_lazuli|redstone|raw_copper|copper_ingot|crafting_table|chest|bucket|arrow)$/],
  [8, /^(raw_iron|raw_gold|furnace|iron_nugget|gold_nugget|bread|apple)$|^cooked_|_(boat|bed|door)$/],
  [9, /^(iron_ingot|gold_ingot|ender_pearl|blaze_rod|obsidian|shield|bow|crossbow|shears|water_bucket|lava_bucket)$/],
  [10, /^(diamond|emerald|netherite_scrap|netherite_ingot|ancient_debris|golden_apple|enchanted_golden_apple)$/]
]

const MATERIALS = { wooden: 4, leather: 4, stone: 5, golden: 6, chainmail: 7, iron: 9, diamond: 10, netherite: 11 }

/** What a tool, weapon or piece of armour is for and the worth of what it is made of; null for other things. */
function gearOf (name) {
  const gear = /^(\w+?)_(pickaxe|axe|shovel|hoe|sword|helmet|chestplate|leggings|boots)$/.exec(name)
  return gear && gear[1] in MATERIALS ? { sort: gear[2], price: MATERIALS[gear[1]] } : null
}

/** What the table says that one item of this name is worth; undefined where it does not name it. */
function listed (name) {
  return CLASSES.find(([, names]) => names.test(name))?.[0]
}

/** How dear one item of this name is, 0 (leave it lying) to 11. */
function worth (name) {
  return gearOf(name)?.price ?? listed(name) ?? 6
}

/** Stacks of one plain kind beyond this many are worth as little as dirt: nobody needs ten stacks of cobblestone. */
const ENOUGH_STACKS = 3

/**
 * The stacks that a tidy traveller would drop, the least valuable first. `keep` holds names that must stay; nothing
 * dearer than planks is ever offered.
 */
function expendable (stacks, keep = new Set()) {
  const seen = new Map()
  return stacks
    .map(stack => {
      const nth = (seen.get(stack.name) ?? 0) + 1
      seen.set(stack.name, nth)
      const price = nth > ENOUGH_STACKS ? Math.min(1, worth(stack.name)) : worth(stack.name)
      const kept = keep.has(stack.name) && nth <= ENOUGH_STACKS
      return { stack, price, kept, last: nth === 1 && isBuilding(stack.name) }
    })
    .filter(({ price, kept, last }) => price <= 5 && !kept && !last)
    .sort((a, b) => a.price - b.price || a.stack.count - b.stack.count || a.stack.slot - b.stack.slot)
    .map(({ stack }) => stack)
}

/**
 * What goes next where nothing expendable is left: gear beside better gear of its sort, and things that serve for
 * nothing here (note blocks, plates), the least valuable first. Not raw materials, food or the only tool of its sort.
 */
function dispensable (stacks, keep = new Set()) {
  const best = new Map()
  for (const gear of stacks.map(({ name }) => gearOf(name))) {
    if (gear) best.set(gear.sort, Math.max(gear.price, best.get(gear.sort) ?? 0))
  }
  const serves = name => {
    const gear = gearOf(name)
    return gear ? gear.price === best.get(gear.sort) : listed(name) !== undefined
  }
  return stacks
    .filter(({ name }) => !keep.has(name) && !serves(name))
    .sort((a, b) => worth(a.name) - worth(b.name) || a.count - b.count || a.slot - b.slot)
}

/** Plain blocks to stand on, to bridge and to seal with, the least valuable first. */
const BUILDING = Object.freeze([
  'dirt', 'cobblestone', 'cobbled_deepslate', 'andesite', 'diorite', 'granite', 'tuff', 'netherrack', 'stone'
])

function isBuilding (name) {
  return name === 'cobblestone' || name === 'cobbled_deepslate' || name === 'dirt'
}

module.exports = { worth, expendable, dispensable, BUILDING }
