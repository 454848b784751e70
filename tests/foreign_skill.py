"""A skill of somebody else, in its parts."""

HEAD = "---\nname: dig-sand\ndescription: Digs sand. Use when there is too little sand.\n---\n\n# Dig sand\n"
CODE = """/** Digs sand.
 * @param {number} count how much */
async function digSand(bot, { count = 1 } = {}) {
  return await mineBlock(bot, 'sand', count)
}
"""
