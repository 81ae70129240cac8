"""Plausible, invented names of people and roads."""

from collections.abc import Iterator
from random import Random

SURNAMES = (
    "王王王李李李张张张刘刘陈陈杨赵黄周周吴吴徐徐孙孙胡朱朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈沈曾彭吕苏卢蒋蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚姚谭廖邹熊金金陆陆郝孔白崔康毛邱秦江史顾顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文施庄严"
)
MIDDLE = "建国志文海春晓玉家子思雨俊明永美丽秀小正立金德新华嘉佳振光宏学庆宝慧淑雅天一中世承景瑞书亦若怡"
LAST = (
    "伟芳娜敏静丽强磊军洋勇艳杰涛超霞平刚辉玲芬燕彬鹏浩亮政谦亨"
    "奇固轮翰朗伯妍琴清凤洁梅琳云莲真环雪荣爱妹香月莺媛瑞凡佳嘉"
)
ROADS = [
    "长安路",
    "安远路",
    "康定路",
    "余姚路",
    "胶州路",
    "昌化路",
    "常德路",
    "武宁南路",
    "新闸路",
    "武定路",
    "延平路",
    "万航渡路",
    "共和新路",
    "沪太路",
    "广中西路",
    "延长路",
    "平型关路",
    "彭江路",
    "灵石路",
    "汶水路",
    "场中路",
    "阳曲路",
    "保德路",
    "临汾路",
    "宝山路",
    "中华新路",
    "止园路",
    "青云路",
    "天目西路",
    "恒丰路",
    "长寿路",
    "海防路",
    "西苏州路",
    "江宁路",
    "陕西北路",
]


def people_names(rng: Random) -> Iterator[str]:
    """An endless run of names of two or three characters; the same seed gives the same names."""
    while True:
        given = rng.choice(LAST) if rng.random() < 0.28 else rng.choice(MIDDLE) + rng.choice(LAST)
        yield rng.choice(SURNAMES) + given


def address(rng: Random) -> str:
    """A street address as somebody would write it on a slip."""
    road = rng.choice(ROADS)
    number = rng.randrange(3, 1900)
    kind = rng.random()
    if kind < 0.45:
        return f"{road} {number} 弄 {rng.randrange(1, 60)} 号"
    if kind < 0.7:
        return f"{road} {number} 号"
    if kind < 0.85:
        return f"{road} {number} 弄东门外"
    return f"{road}近{rng.choice(ROADS)}"
