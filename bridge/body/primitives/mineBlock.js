/**
 * mineBlock(bot, name, count = 1)
 *
 * Finds blocks of a kind within 32 blocks, goes to the ones that are cheapest to reach, breaks them with the right tool
 * and picks up what they drop, until the inventory holds `count` more of their drops (stone drops cobblestone, iron_ore
 * drops raw_iron).
 *   name   block name, tag or array: 'oak_log', '#logs', ['coal_ore', 'deepslate_coal_ore']
 *   count  how many more items to have at the end
 * Returns {gained, items: {name: count}}.
 * Throws not_found (nothing in sight: explore or dig elsewhere), no_tool, unreachable, inventory_full, timeout;
 * value always holds {gained, wanted}.
 *
 *   await mineBlock(bot, '#logs', 4)
 */
'use strict'

const args = require('../arguments')
const { PrimitiveError } = require('../errors')
const { blockNames, spoken } = require('../kinds')
const { habitat } = require('../habitats')
const { count: carried, tidy } = require('../inventory')
const { approach, inReach, breaksOnTheWay, underground, eyesOf, ticksFor } = require('../navigation')
const { dig, dropsOf, floods, deepBelow, requireTool, canHarvest, SIDES } = require('../digging')
const { burrow } = require('../tunnelling')
const { collect } = require('../collecting')
const { hiddenBy } = require('../looking')

const SIGHT = 32
const RADII = [5, 12, SIGHT]
const CANDIDATES = 64
/** How many of the nearest candidates one search for a path considers. */
const AT_ONCE = 12
const TICKS_EACH = 900
/** How much further a block without a free face counts: its way has to be dug. */
const BURIED_COST = 2
/**
 * A way with more to break than this, under and above the ground, is dug straight: to search anew after each block
 * costs more.
 */
const FEW_BREAKS = 3
const MANY_BREAKS = 8
const COLLECT_RANGE = 10
const WET = /^(water|bubble_column|(tall_)?seagrass|kelp(_plant)?)$/

async function run (body, name, wanted = 1) {
  const names = blockNames(body, name)
  const count = args.number(wanted, 'count', { min: 1, max: 2304 })
  const drops = [...new Set(names.flatMap(block => dropsOf(body.data, block)))]
  if (drops.length === 0) {
    throw new PrimitiveError('no_recipe', `${spoken(names)} drops nothing`, {
      value: names[0], remedy: 'mine something else'
    })
  }
  requireTool(body, names)
  const job = new Mining(body, names, drops, count)
  try {
    return await job.finish()
  } catch (error) {
    if (error.code && !body.stopped) error.value = { ...job.gains(), wanted: count, reason: error.value }
    throw error
  }
}

class Mining {
  constructor (body, names, drops, count) {
    this.body = body
    this.names = names
    this.drops = drops
    this.count = count
    this.before = Object.fromEntries(drops.map(item => [item, carried(body, item)]))
    this.deadline = body.deadline(600 + count * TICKS_EACH)
    this.refused = new Set() // places that proved unreachable or dangerous
  }

  gains () {
    const items = {}
    for (const item of this.drops) {
      const more = carried(this.body, item) - this.before[item]
      if (more > 0) items[item] = more
    }
    return { gained: Object.values(items).reduce((sum, more) => sum + more, 0), items }
  }

  async finish () {
    while (this.gains().gained < this.count) {
      this.deadline.check()
      requireTool(this.body, this.names) // the one that was there may have worn out
      await tidy(this.body, this.drops)
      const targets = this.candidates()
      if (targets.length === 0) throw this.notFound()
      if (await this.goTo(targets)) await this.breakInReach()
      await this.pickUp()
    }
    return this.gains()
  }

  /** The nearest places worth trying; the search widens only while it finds none, and takes what is sunken last. */
  candidates () {
    for (const fits of [at => !this.sunken(at), () => true]) {
      for (const radius of RADII) {
        const found = this.within(radius, fits)
        if (found.length > 0) return found
      }
    }
    return []
  }

  /** Whether one would have to dive for it: under water all work takes many times as long as the air lasts. */
  sunken (at) {
    return [1, 2].every(up => WET.test(this.body.bot.blockAt(at.offset(0, up, 0), false)?.name))
  }

  within (radius, fits) {
    const { body } = this
    return body.sight.find({ matching: this.names, maxDistance: radius, count: CANDIDATES, fits })
      .filter(at => !this.refused.has(at.toString()) && canHarvest(body, body.bot.blockAt(at)) && !this.dangerous(at))
      .slice(0, AT_ONCE)
  }

  dangerous (at) {
    const { body } = this
    if (floods(body, at) === 'lava') return true
    const feet = body.bot.entity.position.floored()
    return at.x === feet.x && at.z === feet.z && at.y < feet.y && deepBelow(body, at)
  }

  /** Whether one of the targets is in reach afterwards; the ones that no way leads to are remembered. */
  async goTo (targets) {
    const { body } = this
    if (targets.some(target => inReach(body, target))) return true
    const here = body.bot.entity.position
    const far = at => at.distanceTo(here) * (this.buried(at) ? BURIED_COST : 1)
    const open = targets.filter(at => !this.buried(at))
    const nearest = targets.reduce((best, at) => far(at) < far(best) ? at : best)
    const walk = () => approach(body, open, { ticks: ticksFor(nearest.distanceTo(here)), what: spoken(this.names) })
    try {
      if (!this.mustDig(nearest, open)) await walk()
      else await burrow(body, nearest, () => this.deadline.check() || inReach(body, nearest))
      return true
    } catch (error) {
      if (body.stopped || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error
      this.refused.add(nearest.toString())
      this.lastTrouble = error
      return false
    }
  }

  /** Whether the way to the nearest is dug straight instead of searched for. */
  mustDig (nearest, open) {
    if (this.buried(nearest)) return true
    return breaksOnTheWay(this.body, open) > (underground(this.body) ? FEW_BREAKS : MANY_BREAKS)
  }

  /** Whether a block has no face that could be walked up to: then the way there is dug, not searched. */
  buried (at) {
    return SIDES.every(([dx, dy, dz]) => this.body.bot.blockAt(at.offset(dx, dy, dz), false)?.boundingBox === 'block')
  }

  /** Breaks what is wanted and can be touched from here, nearest first. */
  async breakInReach () {
    const { body } = this
    let broken = 0
    for (;;) {
      if (this.gains().gained + broken >= this.count) return
      const eyes = eyesOf(body)
      const [at] = this.candidates()
        .filter(target => inReach(body, target) && (broken === 0 || !this.underFeet(target)))
        .sort((a, b) => eyes.distanceTo(a.offset(0.5, 0.5, 0.5)) - eyes.distanceTo(b.offset(0.5, 0.5, 0.5)))
      if (!at) {
        if (broken === 0) await this.clearTheWay()
        return
      }
      try {
        await dig(body, at)
      } catch (error) {
        if (body.stopped || error.code !== 'interrupted') throw error
        this.refused.add(at.toString()) // the air does not last for it, or mobs do not let one
        this.lastTrouble = error
        return
      }
      broken++
    }
  }

  underFeet (at) {
    const feet = this.body.bot.entity.position.floored()
    return at.x === feet.x && at.z === feet.z && at.y === feet.y - 1
  }

  /** The bot stands at the edge of its cell: what hides the nearest target from here is dug away, once. */
  async clearTheWay () {
    const { body } = this
    const [at] = this.candidates()
    if (!at) return
    const cover = hiddenBy(body.bot, eyesOf(body), at)
    const block = cover && body.bot.blockAt(cover)
    if (block?.diggable && !floods(body, cover) && eyesOf(body).distanceTo(cover) < 5) await dig(body, cover)
    else this.refused.add(at.toString())
  }

  async pickUp () {
    const { body } = this
    await body.ticks(3)
    await collect(body, {
      range: COLLECT_RANGE, wanted: item => this.drops.includes(item), enough: () => false
    })
  }

  notFound () {
    const why = this.lastTrouble ? ' that can be reached' : ''
    const code = this.lastTrouble ? 'unreachable' : 'not_found'
    return new PrimitiveError(code, `no ${spoken(this.names)}${why} within ${SIGHT} blocks`, {
      value: this.names[0], remedy: habitat(this.names[0])
    })
  }
}

module.exports = { name: 'mineBlock', signature: 'mineBlock(bot, name, count = 1)', run }
