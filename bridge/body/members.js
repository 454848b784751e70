/**
 * What the façade offers, by the kind of thing: `isolate_prelude.js` builds it, parsing refuses what is not in here, and
 * a test holds that the two agree. Of a member is told what it `is`, or what calling (and awaiting) it `gives`, where
 * that is a kind of this table too; `asks` is what a function that it is given gets to see.
 */
'use strict'

const some = names => Object.fromEntries(names.trim().split(/\s+/).map(name => [name, {}]))

const MEMBERS = {
  bot: {
    ...some(`username health food foodSaturation oxygenLevel isRaining isSleeping quickBarSlot entities players
      findBlocks canSeeBlock canDigBlock digTime recipesFor recipesAll closeWindow
      dig placeBlock equip unequip craft consume toss tossStack lookAt look waitForTicks chat activateItem deactivateItem
      activateBlock activateEntity useOn attack swingArm sleep wake fish setQuickBarSlot setControlState clearControlStates
      stopDigging`),
    entity: { is: 'self' },
    inventory: { is: 'inventory' },
    heldItem: { is: 'item' },
    spawnPoint: { is: 'position' },
    experience: { is: 'experience' },
    time: { is: 'time' },
    game: { is: 'game' },
    pathfinder: { is: 'pathfinder' },
    findBlocks: { asks: 'block' },
    findBlock: { gives: 'block', asks: 'block' },
    blockAt: { gives: 'block' },
    blockAtCursor: { gives: 'block' },
    nearestEntity: { gives: 'entity', asks: 'entity' },
    openChest: { gives: 'window' },
    openContainer: { gives: 'window' },
    openFurnace: { gives: 'window' }
  },
  inventory: {
    ...some('slots inventoryStart inventoryEnd items count emptySlotCount firstEmptyInventorySlot itemsById itemsByName'),
    findInventoryItem: { gives: 'item' }
  },
  window: {
    ...some(`slots inventoryStart inventoryEnd items count emptySlotCount firstEmptyInventorySlot itemsById itemsByName
      id type fuel fuelSeconds progress progressSeconds containerItems containerCount deposit withdraw putInput putFuel
      takeInput takeFuel takeOutput look close`),
    findInventoryItem: { gives: 'item' },
    findContainerItem: { gives: 'item' },
    inputItem: { gives: 'item' },
    fuelItem: { gives: 'item' },
    outputItem: { gives: 'item' }
  },
  item: some('name displayName type count slot metadata stackSize maxDurability durabilityUsed'),
  block: {
    ...some(`stateId name displayName type metadata hardness diggable boundingBox material transparent harvestTools
      properties light skyLight signText getProperties canHarvest digTime toJSON`),
    position: { is: 'position' }
  },
  self: {
    ...some(`id type name username yaw pitch onGround height width isInWater isInLava heldItem getDroppedItem toJSON`),
    position: { is: 'position' },
    velocity: { is: 'position' }
  },
  entity: {
    ...some(`id type kind name displayName username yaw pitch onGround height width health heldItem droppedItem
      getDroppedItem toJSON`),
    position: { is: 'position' },
    velocity: { is: 'position' }
  },
  position: {
    ...some(`x y z isZero at xz xy yz xzy set update rounded round translate subtract multiply divide abs volume modulus
      distanceTo distanceSquared equals toString clone min max norm dot cross unit normalize scale xyDistanceTo
      xzDistanceTo yzDistanceTo innerProduct manhattanDistanceTo toArray add floor`),
    floored: { gives: 'position' },
    offset: { gives: 'position' },
    plus: { gives: 'position' },
    minus: { gives: 'position' },
    scaled: { gives: 'position' }
  },
  experience: some('level points progress'),
  time: some('timeOfDay day isDay age moonPhase'),
  game: some('gameMode dimension difficulty minY height'),
  pathfinder: some('goto setGoal stop setMovements'),
  mcData: some('items itemsByName blocks blocksByName entitiesByName foods foodsByName biomes biomesByName recipes'),
  goals: some('GoalBlock GoalNear GoalXZ GoalNearXZ GoalY GoalGetToBlock GoalFollow GoalLookAtBlock')
}

/** What mineflayer's bot has and the façade only has to say that it is of no use here. */
const UNAVAILABLE = ['on', 'once', 'off', 'emit', 'removeListener', 'loadPlugin', 'quit', 'end', 'setSettings']
const INSTEAD = 'await the call that does the work and read the bot afterwards'

module.exports = { MEMBERS, UNAVAILABLE, INSTEAD }
