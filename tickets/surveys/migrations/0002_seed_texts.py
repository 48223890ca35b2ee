"""The words of the survey mail, for all games; a studio writes its own beside them."""

from django.db import migrations

KEY = "survey.invite"
PLACES = ["player", "game", "team", "number"]
WORDINGS = {
    "en": (
        "How was our help with {game}?",
        "Hello,\n\nyour ticket {number} is settled. We would like to know how our help was: one click and one button, half a minute.",
    ),
    "ru": (
        "Как вам наша помощь? {game}",
        "Здравствуйте!\n\nВаше обращение {number} решено. Расскажите, пожалуйста, как вам наша помощь: один щелчок и одна кнопка, полминуты.",
    ),
    "de": (
        "Wie war unsere Hilfe bei {game}?",
        "Hallo,\n\ndeine Anfrage {number} ist erledigt. Wir möchten gern wissen, wie unsere Hilfe war: ein Klick und ein Knopf, eine halbe Minute.",
    ),
    "es": (
        "¿Qué tal nuestra ayuda con {game}?",
        "Hola:\n\ntu consulta {number} está resuelta. Nos gustaría saber qué tal fue nuestra ayuda: un clic y un botón, medio minuto.",
    ),
}


def seed(apps, schema_editor):
    texts, versions = apps.get_model("base", "Text"), apps.get_model("base", "TextVersion")
    text = texts.objects.get_or_create(key=KEY, scope="", defaults={"label": "Survey: invitation", "placeholders": PLACES})[0]
    for language, (subject, body) in WORDINGS.items():
        versions.objects.get_or_create(text=text, language=language, version=1, defaults={"subject": subject, "body": body})


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial"), ("base", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
