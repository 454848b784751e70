'use strict'
/** Lines of sight, and freeing oneself from where a walk got stuck. The bots are stand-ins with as much as that needs. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { Vec3 } = require('vec3')
const { nothingBefore } = require('../body/looking')
const { shake } = require('../body/navigation')

const WAYS = ['left', 'right', 'back', 'forward']

/** What the legs are told by one shake, where `lava` (a place) is the only block that is no stone. */
async function told (lava, random) {
  const controls = []
  const bot = {
    entity: { position: new Vec3(0.5, -60, 0.5) },
    blockAt: at => ({ name: at.equals(lava) ? 'lava' : 'stone' }),
    setControlState: name => controls.push(name),
    clearControlStates () {}
  }
  await shake({ bot, random: () => random, ticks: async () => {} })
  return controls
}

test('whoever is stuck jumps and steps aside, but takes no step where lava is near', async () => {
  for (const [at, way] of WAYS.entries()) {
    assert.deepEqual(await told(new Vec3(9, -60, 0), at / WAYS.length), ['jump', way])
    assert.deepEqual(await told(new Vec3(2, -61, -1), at / WAYS.length), ['jump'])
  }
})

test('a wall hides what is behind it, not the mob before it', () => {
  const wall = { position: new Vec3(0, 0, 3), intersect: new Vec3(0.5, 0.5, 3) }
  const bot = { world: { raycast: (eyes, way, range) => (range >= 2.5 ? wall : null) } }
  assert.ok(nothingBefore(bot, new Vec3(0.5, 0.5, 0.5), new Vec3(0.5, 0.5, 2.7)))
  assert.ok(!nothingBefore(bot, new Vec3(0.5, 0.5, 0.5), new Vec3(0.5, 0.5, 3.3)))
})
