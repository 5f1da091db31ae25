"""GB/T 24589.1-2010 (财经信息技术 会计核算软件数据接口 第1部分：企业): 公共档案, 总账 and 员工薪酬 as XML.

``write`` writes a folder for each book. ``audit/exports/schemas`` holds a schema for each root, made from the
element lists of domain 4.2 and not from this code, so that one checks the other.
"""

from audit.exports.gbt24589.writing import write

__all__ = ["write"]
