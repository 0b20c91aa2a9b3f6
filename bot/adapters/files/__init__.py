"""Rule and officials files from disk: YAML to entities and rules, faults with their place.

tree.py     YAML with the place of every key and value (sole importer of ruamel.yaml)
schema.py   which keys there are (pydantic), and what is said of wrong ones
load.py     files and folders; what one file says of another
"""

from bot.adapters.files.load import RuleFiles, check_rules, load_rules

__all__ = ["RuleFiles", "check_rules", "load_rules"]
