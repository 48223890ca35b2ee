"""What players write in 28 languages: single words, a sentence and a text of each, for the tests of encodings.

Words have five to eight letters, with one beyond ASCII in every Latin word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple


class Sample(NamedTuple):
    words: str
    sentence: str
    text: str


class Row(NamedTuple):
    """One cell of the matrix: what was written, and its bytes in an encoding that mails of this language come in."""

    language: str
    encoding: str
    kind: str
    written: str
    sent: bytes


EVERYWHERE = "utf-8 utf-16"
WESTERN = "cp1252 iso-8859-1 iso-8859-15 cp850 mac-roman"
CENTRAL = "cp1250 iso-8859-2 cp852"
BALTIC = "cp1257 iso-8859-13 iso-8859-4"
CYRILLIC = "cp1251 koi8-r iso-8859-5 cp866 mac-cyrillic"
ENCODINGS = {
    "de": f"{WESTERN} cp1250 iso-8859-2 cp1254 cp1257",
    "fr": f"{WESTERN} cp1254",
    "es": WESTERN,
    "pt": WESTERN,
    "it": WESTERN,
    "sv": f"{WESTERN} cp1257",
    "da": WESTERN,
    "fi": f"{WESTERN} cp1257",
    "et": f"{BALTIC} cp1252 iso-8859-1 iso-8859-15",
    "pl": CENTRAL,
    "cs": CENTRAL,
    "hu": CENTRAL,
    "ro": CENTRAL,
    "hr": CENTRAL,
    "tr": "cp1254 iso-8859-9",
    "lt": BALTIC,
    "vi": "cp1258",
    "ru": CYRILLIC,
    "uk": "cp1251 koi8-u iso-8859-5 mac-cyrillic",
    "bg": "cp1251 iso-8859-5 cp866 mac-cyrillic",
    "el": "cp1253 iso-8859-7",
    "he": "cp1255 iso-8859-8",
    "ar": "cp1256 iso-8859-6",
    "th": "cp874 tis-620",
    "ja": "cp932 euc-jp iso-2022-jp",
    "ko": "cp949 euc-kr",
    "zh-hans": "gb18030 gb2312 hz",
    "zh-hant": "big5 big5hkscs",
}
_TONES = "\u0300\u0301\u0303\u0309\u0323"

SAMPLES = {
    "de": Sample(
        "Größe Rüstung gelöscht Schlüssel Käufe Zubehör",
        "Seit gestern fehlt mir die Rüstung, für die ich fünf Wochen gekämpft habe.",
        "Liebe Leute, nach der Aktualisierung lädt das Spiel nicht mehr über die Begrüßung hinaus. Ich habe das Gerät zweimal "
        "neu gestartet und die App gelöscht. Könnt ihr prüfen, ob meine Käufe übernommen wurden? Schöne Grüße aus Österreich!",
    ),
    "fr": Sample(
        "épées connecté déçue achetée trésor château",
        "Je n'arrive plus à me connecter depuis la dernière mise à jour, et mon épée a disparu.",
        "Bonjour, j'ai acheté le coffre à trésors hier soir mais je n'ai rien reçu. Le paiement a été débité, la boutique "
        "affiche « échec ». Pourriez-vous vérifier mon compte et me créditer les gemmes ? Merci d'avance, à bientôt.",
    ),
    "es": Sample(
        "sesión español dragón señales también campeón",
        "No puedo iniciar sesión desde ayer y mi contraseña ya no sirve.",
        "Buenos días: compré el paquete de diamantes, pagué con tarjeta y todavía no aparece en mi mochila. ¿Podrían revisar qué "
        "pasó? Además, el señor de la tienda dice que el límite diario ya se alcanzó, y eso no es así.",
    ),
    "pt": Sample(
        "coração missão possível códigos balões armação",
        "Não consigo concluir a missão porque o botão não responde há três dias.",
        "Olá, comprei um pacote de moedas e o pagamento já saiu, mas a promoção não chegou à minha conta. Já reinstalei o jogo, "
        "e a situação é a mesma. Vocês poderiam devolver o dinheiro ou enviar as moedas? Obrigado pela atenção.",
    ),
    "it": Sample(
        "perché attività qualità verità abilità velocità",
        "Non riesco più a giocare perché la città resta bloccata al caricamento.",
        "Buongiorno, ho comprato le gemme però non sono ancora arrivate. È la seconda volta che succede, e così non posso più "
        "andare avanti. C'è qualche possibilità di riaverle? La velocità della rete è buona e l'età dell'account è di tre anni.",
    ),
    "sv": Sample(
        "hjälpa rörelse lösenord gåvor fråga köpte",
        "Jag kan inte logga in på mitt konto sedan uppdateringen i går kväll.",
        "Hej, jag köpte ett paket med ädelstenar men de har inte dykt upp. Jag har försökt starta om spelet flera gånger, och "
        "ändå står det bara att köpet pågår. Kan ni hjälpa mig så att jag får tillbaka mina saker före helgen?",
    ),
    "da": Sample(
        "hjælpe beløb spørger måned køber væbner",
        "Mit køb er ikke kommet frem, selv om beløbet er trukket på kortet.",
        "Hej, jeg kan ikke åbne spillet længere. Når jeg trykker på ikonet, bliver skærmen sort og der sker ikke mere. Jeg har "
        "prøvet både på telefonen og på tavlen. Kan I også se, om mine ædelstene stadig er på kontoen? På forhånd tak.",
    ),
    "fi": Sample(
        "päivitys ystävä näyttö kömpelö hävisi lähetä",
        "Peli kaatuu aina kun yritän päästä kaupan näkymään päivityksen jälkeen.",
        "Hei, ostin eilen timantteja, mutta niitä ei näy tililläni vieläkään. Käynnistin puhelimen uudelleen ja päivitin pelin. "
        "Voisitteko tarkistaa, mitä tapahtui, ja lähettää puuttuvat esineet? Hyvää päivänjatkoa.",
    ),
    "et": Sample(
        "sõbrad mängija jäänud küsimus võitlus lõpuks",
        "Pärast viimast uuendust ei saa ma enam mängu sisse ja mu mõõk on kadunud.",
        "Tere, ostsin eile õhtul kümme võtit, aga need ei jõudnud minu kontole. Raha on pangast maha võetud. Palun vaadake "
        "järele, mis juhtus, ja saatke võtmed või tagastage raha. Küsin seda juba teist korda. Aitäh ette ära!",
    ),
    "pl": Sample(
        "źródło później książka zgłosić błędów żółwie",
        "Po wczorajszej aktualizacji zniknął mój miecz i nie mogę się zalogować.",
        "Cześć, kupiłem pakiet klejnotów, pieniądze zostały pobrane, ale w grze nic się nie pojawiło. Próbowałem już wyłączyć "
        "telefon i zainstalować grę jeszcze raz. Czy możecie sprawdzić, co się stało? Będę wdzięczny za szybką odpowiedź.",
    ),
    "cs": Sample(
        "přítel účtům nemůžu měsíců dořešit vrátíte",
        "Po poslední aktualizaci mi zmizel meč a hra se vůbec nespustí.",
        "Dobrý den, včera večer jsem koupil balíček drahokamů, ale do teď mi nepřišel. Peníze byly z účtu stržené. Zkoušel jsem "
        "hru přeinstalovat, bohužel bez úspěchu. Můžete to prosím prověřit a drahokamy připsat? Děkuji, přeji hezký den.",
    ),
    "hu": Sample(
        "játékos frissítő erősítő köszönöm gyűjtő hűséges",
        "A tegnapi frissítés óta nem tudok belépni, és eltűnt a kardom is.",
        "Jó napot kívánok! Vettem egy csomag drágakövet, a pénzt le is vonták, de a játékban semmi sem jelent meg. Többször "
        "újraindítottam a készüléket. Kérem, nézzék meg, mi történt, és írják jóvá a köveket. Előre is köszönöm a segítséget!",
    ),
    "ro": Sample(
        "pierdută sâmbătă înapoi atenţie răspuns câteva",
        "De ieri nu mai pot intra în joc, iar sabia mea a dispărut fără urmă.",
        "Bună ziua, am cumpărat un pachet de cristale, banii au fost luaţi de pe card, dar în cont nu a apărut nimic. Am "
        "încercat să reinstalez jocul şi tot aşa este. Vă rog să verificaţi ce s-a întâmplat. Aştept un răspuns, mulţumesc!",
    ),
    "hr": Sample(
        "pomoći račune nestaće sljedeći vraćen greška",
        "Nakon ažuriranja više ne mogu ući u igru, a mač mi je nestao.",
        "Dobar dan, jučer sam kupio paket dragulja, novac je skinut s kartice, ali ništa nije stiglo. Pokušao sam ponovno "
        "pokrenuti uređaj i još uvijek je isto. Možete li provjeriti što se dogodilo i vratiti mi dragulje? Hvala vam što "
        "pomažete.",
    ),
    "tr": Sample(
        "şifremi kılıcım hesabım değişik güncel çözüm",
        "Dünkü güncellemeden sonra hesabıma giremiyorum ve kılıcım kayboldu.",
        "Merhaba, dün akşam elmas paketi satın aldım, para kartımdan çekildi fakat oyunda hiçbir şey görünmüyor. Uygulamayı "
        "silip yeniden yükledim, değişen bir şey olmadı. Lütfen kontrol edip elmaslarımı gönderir misiniz? Şimdiden teşekkür "
        "ederim, iyi günler.",
    ),
    "lt": Sample(
        "žaidimą naujinį grąžinti paskyrų švenčių dingęs",
        "Po vakarykščio atnaujinimo negaliu prisijungti prie žaidimo, dingo mano kardas.",
        "Laba diena, vakar nusipirkau brangakmenių rinkinį, pinigai nuskaityti, bet žaidime nieko neatsirado. Bandžiau iš naujo "
        "įdiegti programėlę, tačiau tai nepadėjo. Ar galėtumėte patikrinti, kas įvyko, ir grąžinti pinigus? Ačiū už pagalbą.",
    ),
    "vi": Sample(
        "không được người trường",
        "Tôi không thể đăng nhập vào trò chơi từ hôm qua.",
        "Xin chào, hôm qua tôi đã mua một gói kim cương nhưng đến giờ vẫn chưa nhận được. Tiền đã bị trừ trong thẻ. Tôi đã cài "
        "lại trò chơi mà vẫn như vậy. Nhờ các bạn kiểm tra giúp tôi. Xin cảm ơn rất nhiều!",
    ),
    "ru": Sample(
        "пропал доспехи покупка верните ошибка награды",
        "После вчерашнего обновления пропал мой меч, и я не могу войти в игру.",
        "Здравствуйте! Купил набор кристаллов, деньги списались, а в игре ничего не появилось. Перезапускал телефон, "
        "переустанавливал приложение, не помогает. Проверьте, пожалуйста, что случилось, и верните мне покупку. Жду ответа, "
        "спасибо.",
    ),
    "uk": Sample(
        "зброї гравець помилка обіцяли щоденні знайти",
        "Після вчорашнього оновлення зник мій меч, і я не можу увійти в гру.",
        "Доброго дня! Купив набір кристалів, гроші знято, але в грі нічого не з'явилося. Телефон перезавантажував, гру "
        "встановлював знову, та це не допомогло. Перевірте, будь ласка, що сталося, і поверніть мені покупку. Чекаю на "
        "відповідь, щиро дякую.",
    ),
    "bg": Sample(
        "играта мечове покупка изчезна върнете грешка",
        "След вчерашната актуализация мечът ми изчезна и не мога да вляза в играта.",
        "Здравейте! Купих пакет с кристали, парите бяха изтеглени, но в играта няма нищо. Рестартирах телефона и инсталирах "
        "играта отново, без успех. Моля ви да проверите какво се е случило и да ми върнете покупката. Благодаря предварително.",
    ),
    "el": Sample(
        "παιχνίδι σπαθιά αγορά κωδικός χάθηκαν βοήθεια",
        "Μετά τη χθεσινή ενημέρωση δεν μπορώ να μπω στο παιχνίδι και χάθηκε το σπαθί μου.",
        "Καλημέρα σας, αγόρασα ένα πακέτο με κρυστάλλους, τα χρήματα αφαιρέθηκαν αλλά στο παιχνίδι δεν εμφανίστηκε τίποτα. Έκανα "
        "επανεκκίνηση και εγκατέστησα ξανά την εφαρμογή. Μπορείτε να ελέγξετε τι συνέβη; Σας ευχαριστώ πολύ εκ των προτέρων.",
    ),
    "he": Sample(
        "המשחק נעלמה קניתי סיסמה שחקנים חשבון",
        "אחרי העדכון של אתמול אני לא מצליח להיכנס למשחק והחרב שלי נעלמה.",
        "שלום רב, קניתי אתמול חבילה של יהלומים, הכסף ירד מהכרטיס אבל במשחק לא הופיע כלום. הפעלתי מחדש את הטלפון והתקנתי שוב את "
        "המשחק, וזה לא עזר. אפשר בבקשה לבדוק מה קרה ולהחזיר לי את הקנייה? תודה מראש על העזרה.",
    ),
    "ar": Sample(
        "اللعبة السيف حسابي المشكلة الشراء الرسالة",
        "بعد تحديث الأمس لا أستطيع الدخول إلى اللعبة وقد اختفى سيفي.",
        "مرحبا، اشتريت أمس مجموعة من الجواهر وتم خصم المبلغ من البطاقة لكن لم يظهر أي شيء في اللعبة. أعدت تشغيل الهاتف وثبت "
        "اللعبة من جديد ولم ينفع ذلك. أرجو التحقق مما حدث وإعادة ما اشتريته. شكرا لكم على المساعدة.",
    ),
    "th": Sample(
        "ดาบหาย เพชรหาย ช่วยด้วย รหัสผ่าน เข้าเกม ซื้อแล้ว",
        "หลังจากอัปเดตเมื่อวานนี้ฉันเข้าเกมไม่ได้และดาบของฉันหายไป",
        "สวัสดีครับ เมื่อวานผมซื้อเพชรหนึ่งชุด เงินถูกหักจากบัตรแล้วแต่ในเกมยังไม่มีอะไรเพิ่มขึ้น "
        "ผมลองปิดเครื่องและติดตั้งเกมใหม่แล้ว ก็ยังเหมือนเดิม ช่วยตรวจสอบให้ด้วยนะครับว่าเกิดอะไรขึ้น ขอบคุณมากครับ",
    ),
    "ja": Sample(
        "剣が消えました 課金できない 助けてください パスワード ログイン不可 宝石が来ない",
        "昨日の更新のあとゲームに入れなくなり、剣も消えてしまいました。",
        "こんにちは。昨日の夜に宝石のセットを買いましたが、まだ届いて"
        "いません。代金はカードから引き落とされています。端末を再起動"
        "し、アプリも入れ直しましたが変わりません。何が起きたのか調べていただけますか。よろしくお願いします。",
    ),
    "ko": Sample(
        "검이사라졌어요 결제했는데 도와주세요 비밀번호가 로그인안됨 보석이없어요",
        "어제 업데이트 이후로 게임에 들어갈 수 없고 제 검도 사라졌습니다.",
        "안녕하세요. 어제 저녁에 보석 꾸러미를 샀는데 아직 들어오지 않았습니다. 돈은 카드에서 빠져나갔습니다. "
        "휴대폰을 다시 켜고 게임도 새로 설치했지만 그대로입니다. 무슨 일이 있었는지 확인해 주시겠습니까? 미리 "
        "감사드립니다.",
    ),
    "zh-hans": Sample(
        "我的剑不见了 充值没到账 无法登录游戏 请帮帮我吧 忘记密码了 宝石没有发",
        "昨天更新以后我进不了游戏，我的剑也不见了。",
        "你们好，我昨天晚上买了一包宝石，钱已经从卡里扣了，可是游戏里"
        "什么也没有收到。我重启了手机，也重新安装了游戏，还是一样。请帮我查一下发生了什么事，并把宝石补发给我。谢谢你们的帮助。",
    ),
    "zh-hant": Sample(
        "我的劍不見了 儲值沒到帳 無法登入遊戲 請幫幫我吧 忘記密碼了 寶石沒有發",
        "昨天更新以後我進不了遊戲，我的劍也不見了。",
        "你們好，我昨天晚上買了一包寶石，錢已經從卡裡扣了，可是遊戲裡"
        "什麼也沒有收到。我重新開機，也重新安裝了遊戲，還是一樣。請幫我查一下發生了什麼事，並把寶石補發給我。謝謝你們的幫助。",
    ),
}


def matrix() -> Iterator[Row]:
    """Each sample in each encoding of its language that can carry it."""
    for language, sample in SAMPLES.items():
        pieces = [("word", word) for word in sample.words.split()] + [("sentence", sample.sentence), ("text", sample.text)]
        for encoding in f"{EVERYWHERE} {ENCODINGS[language]}".split():
            for kind, written in pieces:
                try:
                    sent = (apart(written) if encoding == "cp1258" else written).encode(encoding)
                except UnicodeEncodeError:
                    continue
                yield Row(language, encoding, kind, written, sent)


def apart(text: str) -> str:
    """Vietnamese as Windows writes it: the tone as a sign of its own after its letter."""
    out = []
    for letter in text:
        signs = unicodedata.normalize("NFD", letter)
        tones = "".join(sign for sign in signs if sign in _TONES)
        out.append(unicodedata.normalize("NFC", "".join(sign for sign in signs if sign not in _TONES)) + tones)
    return "".join(out)


def same(read: str, written: str) -> bool:
    return unicodedata.normalize("NFC", read) == unicodedata.normalize("NFC", written)
