"""How well a text reads as somebody's writing, by its letters beyond ASCII: the measure by which two readings of the same bytes compare.

Each language names its letters, the usual ones first. A letter costs the more the rarer it is, one that the language does not have costs
much, and so does what no writing shows: a capital after a small letter, a Cyrillic letter among Latin ones, a sign inside a word. The
best language counts. Costs are about the negative logarithm of a likelihood: a single word tells little, a sentence much.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache

_AMONG_ASCII = {
    "de": "üäößÜÄÖ",
    "fr": "éàèêçâûîôùïëœÉÀÇÊÈŒæÿ",
    "es": "óáíéñúü¿¡ÁÉÓÍÑÚ",
    "pt": "ãçáéíêóõâúàôÁÉÓÃÇÚÂ",
    "it": "àèùòéìÈÀÉÙ",
    "nl": "ëéïèöüá",
    "sv": "äåöÅÄÖé",
    "da": "åøæØÅÆé",
    "fi": "äöÄÖå",
    "is": "íðáéþóúýæöÍÁÞÓÚÖÆÐÉ",
    "et": "äõüöÄÕÜÖšž",
    "lv": "āīēšūņžļčķģĀĒĪŠČŅĻŪŽĶĢ",
    "lt": "ėšįųžąūčęŠŽĮĖČŲŪĄĘ",
    "pl": "ęłąóżśćńźŁŚŻĆÓŹĄĘŃ",
    "cs": "íáěéšřčžýůúťďňóČŠŘŽÚÍÁÉĚÝŤĎŇÓŮ",
    "sk": "áíčšžéýúľťôďňäóŕĺČŠŽÚÁÍÝÉĽŤĎŇ",
    "hu": "éáöőíóüúűÉÁÖŐÍÓÜÚŰ",
    "ro": "ăîâşţșțÎŞŢȘȚÂĂ",
    "hr": "čšžćđČŠŽĆĐ",
    "tr": "ışüğçöİŞÜÇÖĞâîû",
    "vi": "đáà\u0301\u0300\u0309\u0303\u0323âêôơưăạảãấầậẩẫắằặẳẵéèẹẻẽếềệểễíìịỉĩóòọỏõốồộổỗớờợởỡúùụủũứừựửữýỳỵỷỹĐÂÊÔƠƯĂ",
}
_ALL_LETTERS = {
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжюшцщэфъё",
    "uk": "оаинвітеркслдмпузяьбгчйхжїцшєюфщґ",
    "bg": "аоеитнрсвлдкпмзъущягбчцйжхфшюь",
    "el": "αοτιενςρσκπυλμηδωίόάγέήύχθφώβξζψϊΐϋΰ",
    "he": "יולהאתמרבשנםעדקחפכטגןזצסךףץ",
    "ar": "ايلمونرتبةعدهسفكقحجأشىصخضذزطئإغثظآءؤ،؟ًٌٍَُِّْـ",
    "fa": "ایلمونرتبهدسفکقحجأشصخضذزطئغثظآپچگژء،؟",
    "th": "านรกอ่เง้ยมลวดทสตะัีิคบปแหจำขพใไืุ์ชูโถผึซฉภธศณญษฐ็ๆฝฟฎฏฆ๋๊ฬฤ",
}
EASTERN = ("ja", "ko", "zh-hans", "zh-hant")
_RARER = {  # than the others in mails, so that a word proves less; those with many letters explain anything
    **dict.fromkeys(("sv", "da", "fi", "cs", "hu"), 0.5),
    **dict.fromkeys(("nl", "is", "et", "lv", "lt", "sk", "hr", "ro", "fa", "vi"), 1.5),
}
_COMMON_HAN = frozenset(
    "的一是我不了在人有他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年过過发發后後作里裡用道"
    "行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實日者意无無"
    "力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并並物手应應战戰向头頭文体體政美相见見被利什"
    "二等产產或新己制身果加西斯月话話合回特代内內信表化老给給世位次度门門任常先海通教儿兒东東声聲提更请請谢謝帮幫戏戲游遊买買钱錢充值到账帳"
    "昨今登录錄密码碼忘记記宝寶石剑劍您吗嗎呢吧号號服务務器玩"
)
_TYPOGRAPHY = frozenset("“”„‘’‚«»‹›…–—•€№°§\u00a0·´©®™")
_WIDE_SIGNS = frozenset("、。，！？：；「」『』（）・ー～～…—“”《》〜【】　")
_KANA = (("\u3041", "\u309f", 3.8, 10.0), ("\u30a0", "\u30fa", 4.8, 10.0), ("\uff66", "\uff9f", 6.0, 10.0))
_UNKNOWN = 7.5  # a letter that the language does not have
_SIGN = 6.5
_NO_WRITING = 10.0
_OTHER_LANGUAGE = 1.5  # than those that are expected
_BEYOND = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+")
_LATIN = "A-Za-z\u00c0-\u024f"
_OTHER = "\u0370-\u0e7f"
_MIXED = re.compile(f"[{_LATIN}][{_OTHER}]|[{_OTHER}][{_LATIN}]|[\u0370-\u03ff][\u0400-\u0e7f]|[\u0400-\u04ff][\u0590-\u0e7f]")
_SIGN_INSIDE = re.compile(
    r"(?<=[^\W\d_])[^\w\s\x00-\x7f\u0300-\u036f\u064b-\u0652\u0e31-\u0e4e’·–—\u00a0\u3000-\u303f\uff00-\uff5e](?=[^\W\d_])"
)
_LOST_EASTERN = re.compile(f"(?<=[{_LATIN}])[\u3040-\u9fff\uac00-\ud7a3\uff61-\uff9f]{{1,2}}(?=[{_LATIN}])")
_LOW_QUOTE = re.compile(r"[^\W\d_][‚„]")
_SPECIALS = re.compile("[\u00c0-\u024f]{3,}")
_MOST = 4_000  # signs looked at


def cost(text: str, languages: Collection[str] = ()) -> tuple[float, str]:
    """What a reading costs, and the language that explains it best ("" where nothing is beyond ASCII). `languages` are expected ones."""
    text = text[:_MOST]
    signs = Counter(_BEYOND.findall(text))
    if not signs:
        return 0.0, ""
    expected = {_base(each) for each in languages}
    best, found = float("inf"), ""
    for language, price in _prices().items():
        total = _start(language, expected)
        for sign, count in signs.items():
            total += count * (price.get(sign) or _general(sign))
            if total >= best:
                break
        else:
            best, found = total, language
    for language in EASTERN:
        total = _start(language, expected) + sum(count * _eastern(sign, language) for sign, count in signs.items())
        if total < best:
            best, found = total, language
    return best + _oddities(text), found


def _base(language: str) -> str:
    code = language.lower().replace("_", "-")
    if code.startswith("zh"):
        return "zh-hant" if any(each in code for each in ("hant", "tw", "hk")) else "zh-hans"
    return code.partition("-")[0]


def _start(language: str, expected: Collection[str]) -> float:
    if language in expected:
        return 0.0
    return (_OTHER_LANGUAGE if expected else 0.0) + _RARER.get(language, 0.0)


@lru_cache(maxsize=1)
def _prices() -> Mapping[str, dict[str, float]]:
    """What each letter costs in each language that is written by an alphabet."""
    prices: dict[str, dict[str, float]] = {}
    for language, letters in _AMONG_ASCII.items():
        prices[language] = {letter: 3.0 + min(0.2 * rank, 3.0) for rank, letter in enumerate(letters)}
    for language, letters in _ALL_LETTERS.items():
        small = {letter: 2.2 + 0.1 * rank for rank, letter in enumerate(letters)}
        capitals = {letter.upper(): price + 1.2 for letter, price in small.items() if letter.upper() != letter and len(letter.upper()) == 1}
        prices[language] = small | {letter: price for letter, price in capitals.items() if letter not in small}
    return prices


@lru_cache(maxsize=4_096)
def _general(sign: str) -> float:
    """What a sign costs that is no letter of the language."""
    if sign in _TYPOGRAPHY:
        return 4.0
    kind = unicodedata.category(sign)
    if kind in {"Cc", "Cn", "Co", "Cs"} or sign == "\ufffd":
        return _NO_WRITING
    return _UNKNOWN if kind[0] == "L" else _SIGN


@lru_cache(maxsize=30_000)
def _eastern(sign: str, language: str) -> float:
    if "\u4e00" <= sign <= "\u9fff":
        return _han(sign, language)
    if "\uac00" <= sign <= "\ud7a3":
        return 12.0 if language != "ko" else 6.2 if _leading(sign, "euc_kr") else 11.0
    for first, last, japanese, else_ in _KANA:
        if first <= sign <= last:
            return japanese if language == "ja" else else_
    return 4.0 if sign in _WIDE_SIGNS else 5.5 if "\u2460" <= sign <= "\u2473" or "\uff01" <= sign <= "\uff5e" else _general(sign) + 2.0


def _han(sign: str, language: str) -> float:
    """The first level of each country's own standard holds the characters in use, the second the rare ones."""
    if language == "ko":
        return 11.0
    usual = {"zh-hans": ("gb2312", 0xD8), "zh-hant": ("big5", 0xC7), "ja": ("shift_jis", 0x99)}[language]
    if not (lead := _leading(sign, usual[0])):
        return 13.0
    if lead >= usual[1]:
        return 11.5
    return 5.0 if sign in _COMMON_HAN else 7.0


def _leading(sign: str, codec: str) -> int:
    try:
        return sign.encode(codec)[0]
    except UnicodeEncodeError:
        return 0


def _oddities(text: str) -> float:
    """What no language does with its letters."""
    total = 4.0 * len(_MIXED.findall(text)) + 5.0 * len(_SIGN_INSIDE.findall(text))
    total += 4.0 * len(_LOST_EASTERN.findall(text)) + 3.0 * len(_LOW_QUOTE.findall(text))
    total += sum(2.0 * (len(run) - 2) for run in _SPECIALS.findall(text))
    for word in _WORD.findall(text):
        if word.isascii() or word.islower() or word.isupper():
            continue
        total += sum(4.0 for one, two in zip(word, word[1:], strict=False) if two.isupper() and one.islower())
    return total
