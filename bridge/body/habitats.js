/**
 * Where things are found in the overworld of 1.20.1, as one plain sentence for whoever looks for them: the remedy of
 * `not_found`. Words only; nothing is computed from it.
 */
'use strict'

const PLACES = [
  [/coal_ore$/, 'coal lies in stone from y 0 to 192, often open in hills and caves; dig or explore around y 45 to 95'],
  [/copper_ore$/, 'copper lies from y -16 to 112, most around y 48'],
  [/iron_ore$/, 'iron lies from y -64 to 72, most around y 16: descendTo(bot, 16) and look around or digTunnel'],
  [/gold_ore$/, 'gold lies from y -64 to 32, most around y -16'],
  [/lapis_ore$/, 'lapis lies from y -64 to 64, most around y 0'],
  [/redstone_ore$/, 'redstone lies below y 15, most near y -59'],
  [/diamond_ore$/, 'diamonds lie below y 16, most below y -50: descendTo(bot, -53), then digTunnel'],
  [/emerald_ore$/, 'emeralds lie only under mountains'],
  [/^cobblestone$/, 'cobblestone drops from stone: mineBlock(bot, \'stone\') with a pickaxe'],
  [/^(stone|andesite|granite|diorite)$/, 'stone lies a few blocks under any ground: dig down with descendTo'],
  [/^(deepslate|tuff)$/, 'deepslate lies below y 0: descendTo(bot, -5)'],
  [/_(log|leaves|sapling)$/, 'trees grow in forests, taigas and savannas, few on plains: explore another way'],
  [/^(sand|sugar_cane|clay)$/, 'look at the shore of rivers, lakes and the sea'],
  [/^(gravel)$/, 'gravel lies on hills, at shores and in caves'],
  [/^cactus$/, 'cacti grow in deserts'],
  [/^(grass|dandelion|poppy|pumpkin)$/, 'look on grassland: explore over plains'],
  [/^(obsidian)$/, 'obsidian forms where water meets a lava source; it takes a diamond pickaxe'],
  [/^(water|lava)$/, 'water stands in rivers and lakes, lava below y -54 and in some caves']
]

/** What to do to find a block of this name. */
function habitat (name) {
  return PLACES.find(([names]) => names.test(name))?.[1] ?? 'explore in another direction, then look again'
}

module.exports = { habitat }
