"""How vacation notes and other answers of machines begin, in the languages that players write: their subjects and their first sentences.

Words alone prove nothing, people go on vacation too: `machines.py` weighs them together with what else the mail says.
"""

from __future__ import annotations

import re
import unicodedata

SUBJECTS = {  # language: how the subject of an answer begins that nobody wrote just now
    "en": r"auto(?:matic|mated|matisch\w*)?[ -]?(?:reply|response|answer)|(?:i am |i'm )?(?:currently )?out of (?:the )?office|ooo\b"
    r"|away from (?:the |my )?(?:office|desk)|(?:i am |i'm )?(?:away )?on (?:vacation|holidays?|annual leave)|vacation (?:reply"
    r"|response|message|notice)"
    r"|holiday notice",
    "de": r"automatische (?:antwort|abwesenheit\w*|r[üu]ckantwort)|auto(?:matik)?[ -]?antwort|abwesenheits?(?:notiz|nachricht"
    r"|meldung|assistent)?\b"
    r"|abwesenheits\w*|nicht im b[üu]ro|außer haus|ich bin (?:nicht im|im urlaub|abwesend)|im urlaub",
    "fr": r"r[eé]ponse automatique|message d['’]absence|absen(?:ce|t)(?: du bureau)?\b|je suis (?:absente?|en (?:vacances|cong[eé]s?))"
    r"|en cong[eé]s?\b",
    "es": r"respuesta autom[aá]tica|autor?respuesta|auto-respuesta|fuera de (?:la )?oficina|ausente\b|estoy de vacaciones"
    r"|de vacaciones\b",
    "it": r"risposta automatica|fuori (?:sede|ufficio)|assente\b|assenza dall['’]ufficio|(?:sono )?in (?:ferie|vacanza)",
    "pt": r"resposta autom[aá]tica|auto-?resposta|fora d[oe] escrit[oó]rio|ausente\b|ausência do escritório|(?:estou )?de f[eé]rias"
    r"|aviso de (?:aus[eê]ncia|f[eé]rias)",
    "ca": r"resposta autom[aà]tica|fora de l['’]oficina",
    "nl": r"automatisch(?:e)? (?:antwoord|beantwoording)|automatische reactie|afwezig(?:heids\w*)?\b|niet (?:op kantoor|aanwezig)"
    r"|(?:ik ben )?(?:op|met) vakantie",
    "sv": r"autosvar|automatiskt svar|fr[åa]nvaro(?:meddelande)?\b|ej p[åa] (?:kontoret|plats)|inte p[åa] kontoret"
    r"|(?:jag är )?p[åa] semester"
    r"|semester(?:meddelande|stängt)",
    "no": r"autosvar|automatisk svar|frav[æa]r(?:s\w*)?\b|ikke (?:p[åa] kontoret|til stede)|(?:jeg er )?p[åa] ferie|ferie(?:melding)?\b",
    "da": r"autosvar|automatisk (?:svar|besvarelse)|frav[æa]r(?:s\w*)?\b|ikke (?:p[åa] kontoret|til stede)|(?:jeg er )?(?:p[åa]"
    r"|holder) ferie",
    "fi": r"automaattinen vastaus|automaattivastaus|poissa(?: toimistosta)?\b|poissaolo\w*|(?:olen )?lomalla\b",
    "is": r"sj[áa]lfvirkt svar",
    "et": r"automaatne vastus|automaatvastus|puhkusel\b",
    "lv": r"autom[āa]tisk[āa] atbilde|atvaļin[āa]jum[āa]",
    "lt": r"automatinis atsakymas|atostogauju\b",
    "pl": r"odpowied[źz] automatyczna|automatyczna odpowied[źz]|autoodpowied[źz]|(?:jestem )?poza biurem|nieobecno[śs][ćc]\w*"
    r"|(?:jestem )?na urlopie",
    "cs": r"automatick[áa] odpov[ěe][dď]|mimo kancel[áa][řr]|nep[řr][íi]tomnost\w*|(?:jsem )?na dovolen[ée]|dovolen[áa]\b",
    "sk": r"automatick[áa] odpove[ďd]|mimo kancel[áa]rie|nepr[íi]tomnos[ťt]\w*|(?:som )?na dovolenke",
    "hu": r"automatikus v[áa]lasz|h[áa]zon k[íi]v[üu]l|irod[áa]n k[íi]v[üu]l|t[áa]voll[ée]t\w*|szabads[áa]gon\b",
    "ro": r"r[ăa]spuns automat|(?:sunt )?[îi]n concediu|absent din birou",
    "hr": r"automatski odgovor|izvan ureda|na godi[šs]njem odmoru",
    "sl": r"samodejni odgovor|odsotn\w+|na dopustu",
    "el": r"αυτόματη απάντηση|εκτός γραφείου|απουσία\b|σε άδεια",
    "tr": r"otomatik (?:yan[ıi]t|cevap)|ofis d[ıi][şs][ıi]\w*|[iİ]zinde(?:yim)?\b|tatilde(?:yim)?\b|y[ıi]ll[ıi]k izinde\w*",
    "ru": r"автоответ\w*|автоматический ответ|автоматическое (?:уведомление|сообщение)|нет на месте|вне офиса|отсутствую\b"
    r"|(?:я )?в отпуске|я в отпуске",
    "uk": r"автоматична відповідь|автовідповідь|поза офісом|(?:я )?у відпустці|(?:я )?в відпустці|відсутн\w+",
    "bg": r"автоматичен отговор|извън офиса|в отпуск(?:а)?\b",
    "sr": r"аутоматски одговор|automatski odgovor",
    "zh": r"自动(?:回复|答复|回覆)|自動(?:回覆|回復|答覆)|(?:我)?(?:正在)?(?:休假|度假|外出|不在办公室|不在辦公室)",
    "ja": r"自動(?:返信|応答|回答)|不在(?:通知|のお知らせ|連絡|です|にして)?|(?:休暇|夏季休暇|休業)(?:中|のお知らせ|のため)?",
    "ko": r"자동\s?(?:응답|회신|답장)|부재\s?중|휴가\s?중|휴가\s?안내",
    "ar": r"رد تلقائي|الرد التلقائي|خارج المكتب|في إجازة|أنا في إجازة",
    "he": r"תשובה אוטומטית|מענה אוטומטי|מחוץ למשרד|בחופשה",
    "fa": r"پاسخ خودکار|خارج از دفتر|در مرخصی",
    "hi": r"स्वचालित उत्तर|स्वतः उत्तर|कार्यालय से बाहर|छुट्टी पर",
    "th": r"ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|ไม่อยู่ที่สำนักงาน|ลาพักร้อน",
    "vi": r"tr[ảa] l[ờo]i t[ựu] [đd][ộo]ng|thư tr[ảa] lời tự động|v[ắa]ng m[ặa]t|đang nghỉ phép",
    "id": r"balasan otomatis|jawaban otomatis|(?:sedang )?di luar kantor|(?:sedang )?cuti\b",
}
BODIES = {  # language: what such an answer says of its writer's whereabouts
    "en": r"\bi(?: am|'m|’m| will be|'ll be)\b[^!?\n]{0,40}\b(?:out of (?:the )?office|away|on (?:vacation|holiday|(?:annual |sick "
    r"|parental |maternity )?leave))"
    r"|\b(?:i (?:will|shall)|i'll) (?:be back|return|reply|answer|respond)\b[^!?\n]{0,40}\b(?:on|when|after|until|from)\b"
    r"|\bback (?:in the office )?on\b"
    r"|limited access to (?:my )?e-?mail|this is an auto(?:mated|matic)[ -](?:reply|response|message)",
    "de": r"bin (?:ich )?[^!?\n]{0,40}(?:nicht im (?:b[üu]ro|hause?)|im urlaub|abwesend|außer haus|nicht erreichbar)"
    r"|ab dem [^!?\n]{0,30}wieder (?:da|erreichbar|im b[üu]ro)"
    r"|zur(?:zeit| zeit) nicht (?:im|erreichbar)|diese (?:nachricht|mail) wurde automatisch",
    "fr": r"je suis (?:actuellement )?(?:absente?|en (?:cong[ée]s?|vacances))|de retour le|je serai (?:absente?|de retour)|(?:accès"
    r"|acc[eé]s) limité à"
    r"|ceci est une r[eé]ponse automatique",
    "es": r"(?:estoy|estar[ée]|me encuentro)[^!?\n]{0,30}(?:fuera de (?:la )?oficina|de vacaciones|ausente)|(?:regreso|volver[ée]"
    r"|vuelvo)[^!?\n]{0,20} el \d"
    r"|acceso limitado a mi correo|esta es una respuesta autom[áa]tica",
    "it": r"(?:sono|sar[òo])[^!?\n]{0,30}(?:fuori (?:sede|ufficio)|assente|in (?:ferie|vacanza))|(?:rientrer[òo]|torner[òo])"
    r"|questa è una risposta automatica",
    "pt": r"(?:estou|estarei|encontro-me)[^!?\n]{0,30}(?:fora d[oe] escrit[óo]rio|de f[ée]rias|ausente)|(?:regresso|retorno|volto"
    r"|estarei de volta)[^!?\n]{0,20}\b(?:dia|em|no|na|a)\b"
    r"|acesso limitado ao? (?:meu )?e-?mail|esta [ée] uma resposta autom[áa]tica",
    "ca": r"(?:soc|sóc|estic)[^!?\n]{0,30}(?:fora de l['’]oficina|de vacances)",
    "nl": r"(?:ik ben|ben ik)[^!?\n]{0,40}(?:afwezig|niet (?:op kantoor|aanwezig|bereikbaar)|(?:op|met) vakantie)|weer (?:aanwezig"
    r"|terug|bereikbaar|op kantoor)"
    r"|dit is een automatisch",
    "sv": r"(?:jag är|är jag)[^!?\n]{0,30}(?:inte på kontoret|på semester|frånvarande|ledig|tjänstledig)|(?:jag är )?(?:åter"
    r"|tillbaka)[^!?\n]{0,15} den|detta är ett autosvar",
    "no": r"(?:jeg er|er jeg)[^!?\n]{0,30}(?:ikke p[åa] kontoret|p[åa] ferie|frav[æa]rende|bortreist)"
    r"|(?:jeg er )?tilbake[^!?\n]{0,15} (?:den|p[åa]|mandag)|dette er (?:et|en) auto",
    "da": r"(?:jeg er|er jeg)[^!?\n]{0,30}(?:ikke p[åa] kontoret|p[åa] ferie|frav[æa]rende)|jeg holder ferie"
    r"|(?:jeg er )?tilbage[^!?\n]{0,15} (?:den|p[åa]|mandag)|dette er et auto",
    "fi": r"olen[^!?\n]{0,30}(?:lomalla|poissa|tavoittamattomissa)|palaan (?:töihin|toimistolle|lomalta)?|tämä on automaattinen",
    "et": r"olen[^!?\n]{0,30}(?:puhkusel|kontorist eemal)",
    "lv": r"esmu[^!?\n]{0,30}(?:atvaļinājumā|prombūtnē)",
    "lt": r"(?:šiuo metu )?(?:atostogauju|esu išvykęs)",
    "pl": r"(?:jestem|b[ęe]d[ęe]|przebywam)[^!?\n]{0,30}(?:poza biurem|na urlopie|nieobecn\w+)|wracam|wr[óo]c[ęe] (?:do (?:biura"
    r"|pracy)|dnia|\d)|to jest automatyczna",
    "cs": r"(?:jsem|budu)[^!?\n]{0,30}(?:mimo kancel[áa][řr]|na dovolen[ée]|nep[řr][íi]tom\w+)|(?:vr[áa]t[íi]m se|zp[ěe]t (?:budu"
    r"|v kancel))|toto je automatick",
    "sk": r"(?:som|budem)[^!?\n]{0,30}(?:mimo kancel[áa]rie|na dovolenke|nepr[íi]tom\w+)|vr[áa]tim sa",
    "hu": r"(?:szabads[áa]gon (?:vagyok|leszek)|nem (?:vagyok|leszek) (?:az )?irod[áa]ban|h[áa]zon k[íi]v[üu]l vagyok"
    r"|t[áa]vol (?:vagyok|leszek))|visszat[ée]rek|ez egy automatikus",
    "ro": r"(?:sunt|voi fi)[^!?\n]{0,30}(?:[îi]n concediu|plecat|absent)|revin (?:la birou|pe|[îi]n)",
    "hr": r"(?:sam|trenutno)[^!?\n]{0,30}(?:izvan ureda|na godi[šs]njem odmoru)|vra[ćc]am se",
    "sl": r"(?:sem|bom)[^!?\n]{0,30}(?:na dopustu|odsoten|odsotna)",
    "el": r"(?:είμαι|βρίσκομαι|θα (?:είμαι|βρίσκομαι))[^!?\n]{0,30}(?:εκτός γραφείου|σε άδεια|σε διακοπές)|επιστρέφω|θα επιστρέψω",
    "tr": r"ofis d[ıi][şs][ıi]nday[ıi]m|(?:y[ıi]ll[ıi]k )?izindeyim|tatildeyim|izinde olaca[ğg][ıi]m|(?:geri )?d[öo]nece[ğg]im"
    r"|bu otomatik bir",
    "ru": r"(?:я )?(?:нахожусь|сейчас|буду|в настоящее время)?[^!?\n]{0,30}(?:в отпуске|отсутствую|вне офиса|в командировке)"
    r"|(?:вернусь|отвечу)[^!?\n]{0,30}(?:\d|после|когда|в )"
    r"|это автоматическ",
    "uk": r"(?:[ув] відпустці|відсутн(?:ій|я)|поза офісом|у відрядженні)|повернуся|це автоматичн",
    "bg": r"(?:в отпуск(?:а)?|извън офиса) (?:съм|до)|съм в отпуск|ще се върна",
    "sr": r"на (?:годишњем )?одмору",
    "zh": r"(?:我|本人)?(?:目前|现在|現在|正在|将|將)?[^。\n]{0,12}(?:休假|度假|外出|出差|不在办公室|不在辦公室)"
    r"|(?:返回|回到)(?:办公室|辦公室|公司)|(?:这|這)是(?:一封)?自[动動]",
    "ja": r"(?:不在|休暇|夏季休業|出張)[^。\n]{0,20}(?:して|中|のため|いただ|取得|です|ており)"
    r"|(?:戻り次第|帰社後)|自動(?:的に)?(?:返信|送信|応答)",
    "ko": r"(?:부재|휴가|출장)\s?중(?:입니다|이며|이오니|이라)|휴가(?:를|로)"
    r"|복귀(?:하는|후| 후|예정| 예정)|자동(?:으로)?\s?(?:발송|응답|회신)",
    "ar": r"(?:أنا|سأكون|اكون|أكون)[^!?\n]{0,30}(?:في إجازة|خارج المكتب|غير متواجد)|سأعود|هذا رد تلقائي|هذه رسالة تلقائية",
    "he": r"(?:אני|אהיה)[^!?\n]{0,30}(?:בחופשה|מחוץ למשרד)|אחזור",
    "fa": r"(?:در مرخصی|خارج از دفتر)[^!?\n]{0,10}(?:هستم|می‌باشم)|بازمی‌گردم",
    "hi": r"(?:मैं|फिलहाल)[^।\n]{0,30}(?:छुट्टी पर|कार्यालय से बाहर)",
    "th": r"(?:ฉัน|ผม|ดิฉัน|ขณะนี้)[^\n]{0,30}(?:ลาพักร้อน|ไม่อยู่ที่สำนักงาน|ลาหยุด)",
    "vi": r"(?:tôi|mình)[^!?\n]{0,30}(?:nghỉ phép|vắng mặt|đi vắng)",
    "id": r"saya[^!?\n]{0,30}(?:sedang )?(?:cuti|di luar kantor)|saya akan kembali",
}
_ANSWER = (
    r"(?:(?:re|aw|antw|antwort|sv|vs|ynt|odp|rép|rif|r|ref|res|fwd?|wg|tr|i|отв|ответ|回复|回覆|答复|转发|返信|転送|회신)\s*[:：]\s*)*"
)
_SUBJECT = re.compile(rf"^\W*{_ANSWER}\W*(?P<words>{'|'.join(SUBJECTS.values())})(?P<ends>\W*$|\s*[:：(\[【–—-])?", re.IGNORECASE)
_POLITE = re.compile(
    rf"^\W*{_ANSWER}\W*(?P<words>thank you for (?:contacting|your e?-?mail)|we have received your|vielen dank für ihre)", re.IGNORECASE
)
_BODY = re.compile("|".join(BODIES.values()), re.IGNORECASE)
BEGINNING = 2_000  # signs of a text in which such a sentence counts
LONGEST_SUBJECT = 300  # signs of a subject that are looked at


def away_subject(subject: str, own: tuple[str, ...] = ()) -> tuple[str, bool]:
    """The words of a subject that only answers of machines begin with, and whether nothing else than such an answer is named so.

    Words that our own mail brought there (`own`: the subjects of the conversation) are the conversation's: “Re: I am on vacation and
    cannot log in” answers a ticket of that name, “Automatic reply: I am on vacation …” is a note all the same.
    """
    rest = unicodedata.normalize("NFC", subject[:LONGEST_SUBJECT])
    for each in sorted({_stem(one) for one in own}, key=len, reverse=True):
        at = rest.casefold().rfind(each.casefold()) if len(each) > 2 else -1
        if at >= 0 and len(rest.casefold()) == len(rest):
            rest = rest[:at].rstrip() + rest[at + len(each) :]
            break
    found = _SUBJECT.match(rest)
    if found:
        return found["words"].strip(), found["ends"] is not None
    return "", False


def polite_subject(subject: str) -> str:
    """How desks and shops thank for a mail before anybody has read it; people say it too."""
    found = _POLITE.match(subject[:LONGEST_SUBJECT])
    return found["words"] if found else ""


def away_body(text: str) -> str:
    """The words at the beginning of a text that say that its writer is away."""
    found = _BODY.search(unicodedata.normalize("NFC", text[:BEGINNING]))
    return " ".join(found[0].split())[:80] if found else ""


def _stem(subject: str) -> str:
    """A subject without the signs of answering before it."""
    return re.sub(rf"^\W*{_ANSWER}", "", unicodedata.normalize("NFC", subject[:LONGEST_SUBJECT]), flags=re.IGNORECASE).strip()
