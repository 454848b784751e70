'use strict'
/**
 * A view is a window seen as numbered slots: the player's own inventory (window 0), or a container above the player's
 * 36 slots. It knows what each slot is for and what may lie in it; it moves nothing by itself and sends nothing.
 */

const { armourSlot, OFF_HAND } = require('./equipment')

/** Window ids of the 1.20.1 protocol (`inventoryType` of open_window). */
const WINDOW_TYPES = {
  generic_9x3: 2, generic_9x6: 5, blast_furnace: 9, crafting: 11, furnace: 13, smoker: 21,
}

class View {
  constructor(player, { id, size, main, hotbar, grid = null }) {
    Object.assign(this, { player, id, size, main, hotbar, grid })
    this.believed = new Array(size).fill(null) // what the client has been told, or told us, lies in each slot
    this.sentAt = new Array(size).fill(0) // the stateId of the last message about each slot
  }

  isPlayerSlot(slot) {
    return (slot >= this.main[0] && slot < this.main[1]) || (slot >= this.hotbar[0] && slot < this.hotbar[1])
  }

  gridStacks() {
    const stacks = []
    for (let slot = this.grid.from; slot < this.grid.to; slot++) stacks.push(this.get(slot))
    return stacks
  }
}

/** Window 0: result, 2x2 grid, armour, 27 slots, hotbar, off hand. */
class InventoryView extends View {
  constructor(player) {
    super(player, { id: 0, size: 46, main: [9, 36], hotbar: [36, 45], grid: { from: 1, to: 5, width: 2 } })
    this.station = 'inventory'
  }

  kind(slot) {
    if (slot === 0) return 'result'
    if (slot < 5) return 'grid'
    if (slot < 9) return 'armour'
    return slot === OFF_HAND ? 'off_hand' : 'player'
  }

  get(slot) {
    return this.player.slots[slot]
  }

  set(slot, stack) {
    this.player.slots[slot] = stack
  }

  accepts(slot, stack) {
    const kind = this.kind(slot)
    return kind === 'armour' ? armourSlot(stack.name) === slot : kind !== 'result'
  }
}

/** The slots of one or two block entities as one list; writing goes through to where they are kept. */
class SlotList {
  /** @param parts  arrays of stacks, shown one after the other */
  constructor(parts) {
    this.parts = parts
    this.length = parts.reduce((sum, part) => sum + part.length, 0)
  }

  #locate(slot) {
    let index = slot
    for (const part of this.parts) {
      if (index < part.length) return [part, index]
      index -= part.length
    }
    throw new RangeError(`there is no slot ${slot}`)
  }

  get(slot) {
    const [part, index] = this.#locate(slot)
    return part[index]
  }

  set(slot, stack) {
    const [part, index] = this.#locate(slot)
    part[index] = stack
  }

  all() {
    return this.parts.flat()
  }
}

/** A container: its slots come first, the player's 36 after them. */
class ContainerView extends View {
  /**
   * @param slots    the container's own SlotList (a crafting table's grid, a chest's content)
   * @param kinds    what each of them is for: 'result', 'grid', 'storage', 'input', 'fuel' or 'output'
   * @param options  {at, type, title, station, grid, accepts(slot, stack), quickMoveInto(stack), onChange(),
   *                 onTake(stack), onSettled(), onClose()}
   */
  constructor(player, id, slots, kinds, options) {
    const size = slots.length
    super(player, {
      id, size: size + 36, main: [size, size + 27], hotbar: [size + 27, size + 36], grid: options.grid,
    })
    Object.assign(this, { slots, kinds, own: size, options })
    this.station = options.station
    this.type = options.type
  }

  kind(slot) {
    return slot < this.own ? this.kinds[slot] : 'player'
  }

  get(slot) {
    return slot < this.own ? this.slots.get(slot) : this.player.slots[slot - this.own + 9]
  }

  set(slot, stack) {
    if (slot >= this.own) this.player.slots[slot - this.own + 9] = stack
    else {
      this.slots.set(slot, stack)
      this.options.onChange?.()
    }
  }

  accepts(slot, stack) {
    const kind = this.kind(slot)
    if (kind === 'result' || kind === 'output') return false
    return kind === 'player' || !this.options.accepts || this.options.accepts(slot, stack)
  }
}

module.exports = { InventoryView, ContainerView, SlotList, WINDOW_TYPES }
