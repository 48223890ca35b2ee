"""The words of the rating page in the languages we write to players in.

The reader is the player, whose language need not be one of the interface's. What is asked in the invitation itself is a versioned text
(`survey.invite`), so a studio may choose its own words there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's rating page."""

    title: str
    question: str
    about: str
    marks: tuple[str, str, str, str, str]
    comment: str
    comment_hint: str
    send: str
    change: str
    choose: str
    thanks: str
    thanks_more: str
    changeable: str
    fixed: str
    fixed_more: str
    gone: str
    gone_more: str
    unknown: str
    unknown_more: str
    busy: str
    busy_more: str
    too_long: str
    stop: str
    stop_more: str
    stop_do: str
    stopped: str
    stopped_more: str


WORDS = {
    "en": Phrases(
        title="How was our help?",
        question="How satisfied are you with our help?",
        about="About your ticket {number}",
        marks=("Very bad", "Bad", "So-so", "Good", "Very good"),
        comment="Would you like to add something?",
        comment_hint="Please leave out passwords and payment data. The conversation itself goes on where you wrote to us.",
        send="Send the rating",
        change="Change the rating",
        choose="Please choose a mark from 1 to 5.",
        thanks="Thank you!",
        thanks_more="Your rating has reached the team.",
        changeable="You may change it for 7 days.",
        fixed="Your rating is final",
        fixed_more="A rating may be changed for 7 days, and these have passed. If something is still open, just answer our message.",
        gone="This survey is over",
        gone_more="The link has expired. If something is still open, just answer our message.",
        unknown="We do not know this link",
        unknown_more="It may have been cut on its way. Please open it from our message again.",
        busy="One moment, please",
        busy_more="Too many tries in a short time. Please try again in a few minutes.",
        too_long="That is too long. Please keep it to 2,000 characters.",
        stop="No more surveys?",
        stop_more="We would then no longer ask you how our help was. Answers to your questions come as before.",
        stop_do="Do not ask me again",
        stopped="All right",
        stopped_more="We will not ask you for ratings any more.",
    ),
    "ru": Phrases(
        title="Как вам наша помощь?",
        question="Насколько вы довольны нашей помощью?",
        about="О вашем обращении {number}",
        marks=("Очень плохо", "Плохо", "Так себе", "Хорошо", "Отлично"),
        comment="Хотите что-нибудь добавить?",
        comment_hint="Пожалуйста, не пишите паролей и платёжных данных. Сам разговор продолжается там, где вы нам писали.",
        send="Отправить оценку",
        change="Изменить оценку",
        choose="Пожалуйста, выберите оценку от 1 до 5.",
        thanks="Спасибо!",
        thanks_more="Ваша оценка дошла до команды.",
        changeable="Её можно изменить в течение 7 дней.",
        fixed="Оценка уже окончательная",
        fixed_more="Оценку можно менять 7 дней, и они прошли. Если что-то ещё не решено, просто ответьте на наше сообщение.",
        gone="Опрос завершён",
        gone_more="Ссылка больше не действует. Если что-то ещё не решено, просто ответьте на наше сообщение.",
        unknown="Такой ссылки мы не знаем",
        unknown_more="Возможно, она обрезалась по дороге. Откройте её, пожалуйста, из нашего сообщения ещё раз.",
        busy="Минуточку",
        busy_more="Слишком много попыток за короткое время. Попробуйте, пожалуйста, через несколько минут.",
        too_long="Слишком длинно. Уложитесь, пожалуйста, в 2000 знаков.",
        stop="Больше не спрашивать?",
        stop_more="Мы больше не будем спрашивать, как вам наша помощь. Ответы на ваши вопросы будут приходить как прежде.",
        stop_do="Больше не спрашивать",
        stopped="Хорошо",
        stopped_more="Мы больше не будем просить вас об оценках.",
    ),
    "de": Phrases(
        title="Wie war unsere Hilfe?",
        question="Wie zufrieden bist du mit unserer Hilfe?",
        about="Zu deiner Anfrage {number}",
        marks=("Sehr schlecht", "Schlecht", "Geht so", "Gut", "Sehr gut"),
        comment="Möchtest du etwas hinzufügen?",
        comment_hint="Bitte keine Passwörter und Zahlungsdaten. Das Gespräch selbst geht dort weiter, wo du uns geschrieben hast.",
        send="Bewertung senden",
        change="Bewertung ändern",
        choose="Bitte wähle eine Note von 1 bis 5.",
        thanks="Danke!",
        thanks_more="Deine Bewertung ist beim Team angekommen.",
        changeable="Du kannst sie 7 Tage lang ändern.",
        fixed="Deine Bewertung steht fest",
        fixed_more="Eine Bewertung lässt sich 7 Tage lang ändern, die sind um. Ist noch etwas offen, antworte uns einfach.",
        gone="Diese Umfrage ist vorbei",
        gone_more="Der Link ist abgelaufen. Ist noch etwas offen, antworte einfach auf unsere Nachricht.",
        unknown="Diesen Link kennen wir nicht",
        unknown_more="Vielleicht wurde er unterwegs abgeschnitten. Bitte öffne ihn noch einmal aus unserer Nachricht.",
        busy="Einen Moment bitte",
        busy_more="Zu viele Versuche in kurzer Zeit. Bitte versuche es in ein paar Minuten noch einmal.",
        too_long="Das ist zu lang. Bitte höchstens 2000 Zeichen.",
        stop="Keine Umfragen mehr?",
        stop_more="Wir fragen dich dann nicht mehr, wie unsere Hilfe war. Antworten auf deine Fragen kommen wie bisher.",
        stop_do="Nicht mehr fragen",
        stopped="In Ordnung",
        stopped_more="Wir bitten dich nicht mehr um Bewertungen.",
    ),
    "es": Phrases(
        title="¿Qué tal nuestra ayuda?",
        question="¿Qué tan satisfecho estás con nuestra ayuda?",
        about="Sobre tu consulta {number}",
        marks=("Muy mala", "Mala", "Regular", "Buena", "Muy buena"),
        comment="¿Quieres añadir algo?",
        comment_hint="No escribas contraseñas ni datos de pago, por favor. La conversación sigue donde nos escribiste.",
        send="Enviar la valoración",
        change="Cambiar la valoración",
        choose="Elige una nota del 1 al 5, por favor.",
        thanks="¡Gracias!",
        thanks_more="Tu valoración ha llegado al equipo.",
        changeable="Puedes cambiarla durante 7 días.",
        fixed="Tu valoración ya es definitiva",
        fixed_more="Una valoración se puede cambiar durante 7 días, y ya han pasado. Si queda algo pendiente, responde a nuestro mensaje.",
        gone="Esta encuesta ha terminado",
        gone_more="El enlace ha caducado. Si queda algo pendiente, responde a nuestro mensaje.",
        unknown="No conocemos este enlace",
        unknown_more="Quizá se cortó por el camino. Ábrelo otra vez desde nuestro mensaje, por favor.",
        busy="Un momento, por favor",
        busy_more="Demasiados intentos en poco tiempo. Inténtalo de nuevo en unos minutos.",
        too_long="Es demasiado largo. No más de 2000 caracteres, por favor.",
        stop="¿No más encuestas?",
        stop_more="Ya no te preguntaríamos qué tal fue nuestra ayuda. Las respuestas a tus preguntas llegan como antes.",
        stop_do="No preguntarme más",
        stopped="De acuerdo",
        stopped_more="No volveremos a pedirte valoraciones.",
    ),
}


def words(language: str) -> Phrases:
    """The page in the player's language, or in English."""
    return WORDS.get(language.replace("_", "-").split("-")[0].lower(), WORDS["en"])


def spoken(language: str) -> str:
    """The language `words` really answers in, for `lang`."""
    base = language.replace("_", "-").split("-")[0].lower()
    return base if base in WORDS else "en"


def preferred(accepted: str) -> str:
    """The first language of an Accept-Language header we can write in: for a link that names no survey."""
    for part in accepted[:200].split(","):
        tag = part.split(";")[0].strip().split("-")[0].lower()
        if tag in WORDS:
            return tag
    return "en"
