/**
 * Host calls that take game time: the awaited methods of mineflayer's bot, with checked arguments. Each takes the
 * body as its action sees it and plain JSON, and resolves to plain JSON. Primitives are separate files in
 * primitives/; these are for skills that need something finer.
 */
'use strict'

const { goals, Movements } = require('mineflayer-pathfinder')
const args = require('./arguments')
const observe = require('./observation')
const { underWay } = require('./waiting')
const { PrimitiveError } = require('./errors')

const CONTROLS = ['forward', 'back', 'left', 'right', 'jump', 'sprint', 'sneak']
const PLACES = ['hand', 'head', 'torso', 'legs', 'feet', 'off-hand']
const MOST_TICKS = 24_000
const GOTO_TICKS = 2_400
const LANDING_TICKS = 20
const MOST_CHAT_LETTERS = 256

const actions = {
  /** Off the ground digging takes five times as long, and a goal of the pathfinder would abort it. */
  async dig (body, block) {
    const target = args.block(body, block)
    const { bot } = body
    bot.pathfinder.setGoal(null)
    await body.until(() => bot.entity.onGround || bot.entity.isInWater, LANDING_TICKS)
    await bot.dig(target)
  },

  async placeBlock (body, reference, face) {
    const against = args.block(body, reference, 'the reference block')
    await body.bot.placeBlock(against, args.position(face, 'the face vector'))
  },

  equip: (body, item, place = 'hand') =>
    body.bot.equip(args.item(body, item), args.word(place, PLACES, 'the destination')),

  unequip: (body, place = 'hand') => body.bot.unequip(args.word(place, PLACES, 'the destination')),

  async craft (body, recipe, count, table) {
    const type = args.itemType(body, recipe?.which?.type ?? recipe?.result?.id)
    const found = body.bot.recipesAll(type, null, true)[args.number(recipe?.which?.index, 'the recipe', { min: 0 })]
    if (!found) throw args.bad('the recipe must come from bot.recipesFor', recipe, 'call bot.recipesFor again')
    const times = args.number(count, 'count', { min: 1, max: 512, fallback: 1 })
    await underWay(body, body.bot.craft(found, times, table ? args.block(body, table, 'the crafting table') : undefined))
  },

  consume: body => body.bot.consume(),
  toss: (body, item, metadata, count) =>
    body.bot.toss(args.itemType(body, item), null, args.number(count, 'count', { min: 1, fallback: 1 })),
  tossStack: (body, item) => body.bot.tossStack(args.item(body, item)),

  /** The world hears of it with the next tick: what is used after that is used there. */
  async lookAt (body, point) {
    await body.bot.lookAt(args.position(point), true)
    await body.ticks(1)
  },
  async look (body, yaw, pitch) {
    await body.bot.look(args.number(yaw, 'yaw'), args.number(pitch, 'pitch'), true)
    await body.ticks(1)
  },

  waitForTicks: (body, count) => body.ticks(args.number(count, 'ticks', { min: 0, max: MOST_TICKS })),

  async chat (body, text) {
    if (typeof text !== 'string') throw args.bad('chat needs a string', text, 'pass a string')
    if (/^\s*\//m.test(text)) {
      throw new PrimitiveError('bad_argument', 'commands are not allowed', { value: text.slice(0, 80),
        remedy: 'do it with the bot itself' })
    }
    const line = text.replace(/\s*[\r\n]+\s*/g, ' ').slice(0, MOST_CHAT_LETTERS)
    body.events('chat', { text: line })
    body.bot.chat(line)
  },

  async activateItem (body, offhand = false) { body.bot.activateItem(Boolean(offhand)) },
  async deactivateItem (body) { body.bot.deactivateItem() },
  activateBlock: (body, block) => body.bot.activateBlock(args.block(body, block)),
  activateEntity: (body, entity) => body.bot.activateEntity(args.entity(body, entity)),
  useOn: (body, entity) => body.bot.activateEntity(args.entity(body, entity)),

  /** A blow takes effect in the world's next tick. */
  async attack (body, entity) {
    body.bot.attack(args.entity(body, entity))
    await body.ticks(1)
  },

  async swingArm (body, hand = 'right') { body.bot.swingArm(args.word(hand, ['right', 'left'], 'the hand')) },
  sleep: (body, bed) => body.bot.sleep(args.block(body, bed, 'the bed')),
  wake: body => body.bot.wake(),
  fish: body => body.bot.fish(),
  async setQuickBarSlot (body, slot) { body.bot.setQuickBarSlot(args.number(slot, 'the slot', { min: 0, max: 8 })) },

  async setControlState (body, control, state) {
    body.bot.setControlState(args.word(control, CONTROLS, 'the control'), Boolean(state))
  },
  async clearControlStates (body) { body.bot.clearControlStates() },
  async stopDigging (body) { body.bot.stopDigging() },

  /** Walks to a goal; ends with `unreachable`, or `timeout` after two game minutes. */
  async goto (body, goal) {
    const target = goalOf(body, goal)
    if (!body.bot.pathfinder.movements) body.bot.pathfinder.setMovements(new Movements(body.bot))
    const walk = body.bot.pathfinder.goto(target).then(() => true)
    walk.catch(() => {}) // raced below: a late failure has been reported already
    try {
      const arrived = await Promise.race([walk, body.ticks(GOTO_TICKS).then(() => false)])
      if (!arrived) body.deadline(0).check('walking there')
    } finally {
      body.bot.pathfinder.setGoal(null)
    }
  },

  async setGoal (body, goal, dynamic = false) {
    if (!body.bot.pathfinder.movements) body.bot.pathfinder.setMovements(new Movements(body.bot))
    body.bot.pathfinder.setGoal(goal === null ? null : goalOf(body, goal), Boolean(dynamic))
  },

  openContainer: (body, block) => open(body, 'openContainer', block),
  openFurnace: (body, block) => open(body, 'openFurnace', block),

  /** One method of the window that is open; gives the window as it is afterwards. */
  async window (body, id, method, ...rest) {
    const { currentWindow } = body.bot
    if (!currentWindow || currentWindow.id !== id) {
      throw new PrimitiveError('gone', 'this window is closed', { remedy: 'open it again' })
    }
    args.word(method, ['deposit', 'withdraw', 'putInput', 'putFuel', 'takeInput', 'takeFuel', 'takeOutput', 'close',
      'look'], 'the method')
    if (method === 'close') {
      await body.bot.closeWindow(currentWindow)
      return null
    }
    let taken = null
    if (method !== 'look') {
      if (typeof currentWindow[method] !== 'function') {
        throw args.bad('the method must fit the window', method, `this is a ${currentWindow.type}`)
      }
      const [item, , count] = rest
      const given = method.startsWith('take')
        ? []
        : [args.itemType(body, item), null, args.number(count, 'count', { min: 1, max: 2304, fallback: 1 })]
      taken = observe.item(await underWay(body, currentWindow[method](...given)))
    }
    return { ...windowOf(currentWindow), taken }
  }
}

async function open (body, method, block) {
  const opened = await body.bot[method](args.block(body, block))
  await body.ticks(1) // a furnace sends its progress after its items
  return windowOf(opened)
}

function windowOf (opened) {
  const plain = {
    id: opened.id,
    type: opened.type,
    slots: opened.slots.map(observe.item),
    inventoryStart: opened.inventoryStart,
    inventoryEnd: opened.inventoryEnd
  }
  for (const key of ['fuel', 'fuelSeconds', 'progress', 'progressSeconds']) plain[key] = opened[key] ?? null
  return plain
}

/** A goal of the pathfinder from {goal: 'GoalNear', x, y, z, range, entity}. */
function goalOf (body, plain) {
  const number = key => args.number(plain[key], `${key} of the goal`)
  const { bot } = body
  const make = {
    GoalBlock: () => new goals.GoalBlock(number('x'), number('y'), number('z')),
    GoalNear: () => new goals.GoalNear(number('x'), number('y'), number('z'), number('range')),
    GoalXZ: () => new goals.GoalXZ(number('x'), number('z')),
    GoalNearXZ: () => new goals.GoalNearXZ(number('x'), number('z'), number('range')),
    GoalY: () => new goals.GoalY(number('y')),
    GoalGetToBlock: () => new goals.GoalGetToBlock(number('x'), number('y'), number('z')),
    GoalLookAtBlock: () => new goals.GoalLookAtBlock(args.position(plain).floored(), bot.world, { reach: 4 }),
    GoalFollow: () => new goals.GoalFollow(args.entity(body, plain.entity), number('range'))
  }
  if (typeof plain?.goal !== 'string' || !Object.hasOwn(make, plain.goal)) {
    throw args.bad('the goal must be a pathfinder goal', plain, `use one of ${Object.keys(make).join(', ')}`)
  }
  return make[plain.goal]()
}

module.exports = { actions }
