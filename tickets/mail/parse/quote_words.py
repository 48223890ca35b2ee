"""How mail programs introduce what they quote and sign what they send, in the languages our players write."""

from __future__ import annotations

import re

FROM = r"From|Von|От|От кого|De|Da|Expéditeur|Від|Od|Van|Från|Fra|Kimden|Gönderen|发件人|差出人|보낸 사람"
SENT = (
    r"Sent|Date|Gesendet|Datum|Gesendet am|Отправлено|Отправлен|Дата|Enviado(?: el)?|Enviada(?: em)?|Fecha|Data|Envoyé|Inviato|Надіслано"
    r"|Wysłano|Data|Verzonden|Skickat|Sendt|Tarih|Gönderildi|发送时间|日期|送信日時|보낸 날짜"
)
TO = r"To|An|Кому|Para|A|À|Pour|Do|Aan|Till|Til|Kime|Alıcı|收件人|宛先|받는 사람"
SUBJECT = r"Subject|Betreff|Тема|Asunto|Assunto|Objet|Oggetto|Temat|Onderwerp|Ämne|Emne|Konu|主题|件名|제목"
COPY = r"Cc|Kopie|Копия|CC|Bcc|Reply-To|Antwort an|Обратный адрес|Responder a|Importance|Wichtigkeit|Важность|Attachments|Anlagen|Вложения"

LABEL = re.compile(
    rf"^[\s*_]*(?:(?P<from>{FROM})|(?P<sent>{SENT})|(?P<to>{TO})|(?P<subject>{SUBJECT})|(?P<copy>{COPY}))[\s\u00a0]*(?:\*[\s\u00a0]*:"
    rf"|:[\s\u00a0]*\*|:|：)[\s*_]*(?P<value>.*)$",
    re.IGNORECASE,
)

REPLY_SUBJECT = re.compile(
    r"^\s*(?:\[[^\[\]]{1,60}\]\s*)?(?:re|aw|antw|antwort|sv|vs|odp|ynt|rv|res|rif|r|hv|odg|ref|na|vá|ad|bls|vb|отв|ответ|відп|відповідь|σχετ|απ"
    r"|回复|回覆|答复|答覆|返信|답장|회신|תגובה|השב|رد|ตอบ|trả lời)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:：]",
    re.IGNORECASE,
)
"""How mail programs begin the subject of an answer."""

SEPARATOR = re.compile(
    r"^[\s*_]*(?:[-–—_=]{2,}[ ]*(?:"
    r"(?:Original(?:e|ny)?|Urspr[uü]ngliche|Исходное|Оригинальное|Начальное|Пересылаемое|Пересланное|Переадресованное|Forwarded"
    r"|Weitergeleitete|Reenviado"
    r"|Mensaje|Message|Сообщение|Письмо|Nachricht|Messaggio|Mensagem)\b[^\n]{0,60}?"
    r")[ ]*[-–—_=]{2,}"
    r"|(?:Begin forwarded message|Anfang der weitergeleiteten (?:Nachricht|E-Mail)|Inicio del mensaje reenviado"
    r"|Начало переадресованного (?:сообщения|письма)"
    r"|Début du message (?:réexpédié|transféré)|Reply above this line|Ответьте выше этой строки)\s*:?)[\s*_]*$",
    re.IGNORECASE,
)
THIN_RULE = re.compile(r"^\s*-{10,}\s*$")
RULE = re.compile(r"^\s*(?:_{10,}|-{20,}|={20,}|—{10,}|─{5,})\s*$")

_VERB = (
    r"wrote|writes|schrieb(?:en)?|hat (?:am .{1,60})?geschrieben|писал(?:а|\(а\)|и)?|написал(?:а|\(а\)|и)?|пишет|пише|escribi[óo]"
    r"|escreveu|a écrit|ha scritto"
    r"|napisał(?:\(a\)|a)?|schreef|skrev|napsal(?:\(a\)|a)?|kirjoitti|şunu yazdı|yazdı|написав|ответил(?:а|\(а\))?|сообщает"
)
ATTRIBUTION = re.compile(
    rf"^[\s*_]*(?=.{{0,300}}(?:\d|@|<))(?:.{{1,300}}?\b(?:{_VERB})\b(?:[^\n:：]|(?<=\d):(?=\d)){{0,200}}"
    rf"|.{{0,200}}(?:のメール|写道|作成|님이 작성|書きました).{{0,20}})\s*[:：][\s*_]*$",
    re.IGNORECASE,
)
DATED = re.compile(
    r"^[\s*_]*(?=.{0,300}(?:\d{1,2}[:.]\d{2}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}))(?=.{0,300}(?:[\w.+-]+@[\w.-]+))[^\n]{8,400}[:：][\s*_]*$"
)
"""A date or a time, an address and a colon: the way Yandex and Mail.ru introduce a quote, in any language."""

INTRODUCTION = re.compile(r"(?:\d{1,2}[:.]\d{2}|\d{4}|@|<)")
"""What a line that ends in a colon just above quoted lines must hold to count as their introduction."""

INITIALS = re.compile(r"^[ \t]{0,3}(?P<name>[^\W\d_](?:[^\W\d_]|[.-]){0,11})(?P<signs>>{1,8})(?P<rest>[ \t].*|)$")
"""`JD> their words`: how The Bat! and old programs quote. Levels above the first add a sign: `JD>> words`."""

DEVICE = re.compile(
    r"^[\s*_-]*(?:"
    r"(?:Sent|Posted) (?:from|via|with|using|by) (?:my |the )?(?:[^\n.!?]|\.(?=\w)){2,60}"
    r"|Get (?:Outlook|BlueMail|TypeApp) for \w+[^\n]{0,80}"
    r"|(?:Von|Mit) (?:meinem|meiner) [^\n]{2,50} (?:gesendet|versendet|geschickt)"
    r"|Gesendet (?:von|mit|über|via|aus) [^\n]{2,60}|Diese Nachricht wurde von meinem [^\n]{2,60} gesendet"
    r"|Holen Sie sich Outlook [^\n]{0,60}|Outlook für \w+ (?:beziehen|herunterladen)"
    r"|(?:Получите|Получить|Загрузите|Скачать) Outlook для \w+"
    r"|Отправлено (?:с|из|через|от|при помощи|с помощью) (?:[^\n.!?]|\.(?=\w)){2,70}|Послано (?:с|из) [^\n]{2,60}"
    r"|С мобильного (?:телефона|устройства)"
    r"|Enviado (?:desde|con|por|via|a través de) [^\n]{2,60}|Obtener Outlook para \w+[^\n]{0,80}|Enviado do meu [^\n]{2,60}"
    r"|Envoyé (?:de|depuis) (?:mon|ma) [^\n]{2,60}|Inviato da(?:l mio)? [^\n]{2,60}|Надіслано (?:з|із) [^\n]{2,60}|Wysłane z [^\n]{2,60}"
    r")[.!]?(?:\s*<?https?://\S+>?)?[\s*_]*$",
    re.IGNORECASE,
)
PROGRAM = re.compile(
    r"\b(?:iPhone|iPad|iPod|Android|Samsung|Galaxy|Xiaomi|Redmi|Huawei|Honor|BlackBerry|Windows|Outlook|Mail|Почт\w*|Yahoo|Gmail|GMX"
    r"|WEB\.DE|Proton|Spark|Sparrow"
    r"|Thunderbird|BlueMail|Aqua|myMail|Яндекс\w*|Yandex|Nokia|Sony|LG|Telefon|Handy|Smartphone|смартфон\w*|телефон\w*|планшет\w*"
    r"|устройств\w*|móvil|teléfono|dispositivo"
    r"|phone|tablet|device|mobile|T-Mobile|Vodafone|K-9|Fairphone|Pixel|OnePlus|Mi|Zoho|Hey|Superhuman|airmail|Mailbird|eM Client"
    r"|приложени\w*)\b",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"^\s*(?:Virus-free\.|Без вирусов\.|Virenfrei\.|Libre de virus\.|Это (?:сообщение"
    r"|письмо) (?:было )?проверено на (?:наличие )?вирус|Diese E-Mail wurde (?:von Avast )?auf Viren"
    r"|This (?:e-?mail|message) (?:has been|was) (?:checked|scanned) for viruses|Este (?:correo|mensaje)[^\n]{0,40} (?:virus|Avast)"
    r"|You received this message because you are subscribed to)",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"^[\s*_]*(?:(?:confidentiality|legal|privacy) notice|disclaimer|(?:this|the information (?:contained )?in this) (?:e-?mail"
    r"|message|communication)\b.{0,200}\b(?:confidential|privileged)"
    r"|(?:diese|die in dieser) (?:e-?mail|nachricht)\b.{0,200}\bvertraulich|(?:это|данное|настоящее) (?:сообщение|письмо"
    r"|электронное)\b.{0,200}\bконфиденциальн"
    r"|este (?:mensaje|correo)\b.{0,200}\bconfidencial)",
    re.IGNORECASE | re.DOTALL,
)
DELIMITER = re.compile(r"^(?:--|—|–|__|\u2014\u2014)[\s\u00a0]*$")
