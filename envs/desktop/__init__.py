"""The desktop: real programs on a real X server in a box, behind the env contract.

env.py         the world: runs, observations, saves               primitives.py  what programs can call
desk.py        the desktop's box, seen from outside               broker.py      checks, times and logs every call
inside/        what runs in that box                              skill_box.py   the second box, for programs
screen.py      windows and elements as data and as text           skill_runner.py what runs in that box
programs.py    the catalogue of programs                          parse.py       facts about a skill's source
home.py        the real files, read without following links       readers/       what documents say, in a third box
situation.py   a desktop as it stands, as bytes                   trials.py      desktops to try skills in
generations.py saved homes                                        stage.py       the code that boxes are shown
spans.py       calls of skills, with the documents around each    reshape.py     sources compared and rewritten
language.py    what can be said about a source without a desktop
"""

from envs.desktop.desk import DeskSettings
from envs.desktop.env import DesktopEnv, DesktopSettings

__all__ = ["DeskSettings", "DesktopEnv", "DesktopSettings"]
