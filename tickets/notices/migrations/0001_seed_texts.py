"""Notices that a life cycle rule may send, for all games. No rule names one until an administrator chooses it."""

from django.db import migrations

PLACES = ["player", "game", "team", "number", "subject"]
TEXTS = {
    "notice.resolved": (
        "Notice: resolved after silence",
        {
            "en": "Hello,\n\nwe have not heard from you for a while and hope that all is well, so we regard your ticket {number} as settled. "
            "If it is not, just answer this mail and we go on.",
            "ru": "Здравствуйте!\n\nОт вас давно не было вестей, надеемся, всё в порядке: считаем обращение {number} решённым. "
            "Если это не так, просто ответьте на это письмо, и мы продолжим.",
            "de": "Hallo,\n\nwir haben eine Weile nichts von dir gehört und hoffen, dass alles gut ist. Deine Anfrage {number} gilt nun als gelöst. "
            "Wenn nicht, antworte einfach auf diese Mail, und es geht weiter.",
            "es": "Hola:\n\nhace tiempo que no sabemos de ti y esperamos que todo vaya bien, así que damos por resuelta tu consulta {number}. "
            "Si no es así, responde a este correo y seguimos.",
        },
    ),
    "notice.closed": (
        "Notice: closed",
        {
            "en": "Hello,\n\nyour ticket {number} is closed now. If you need us again, answer this mail: a new ticket opens that knows the old one.",
            "ru": "Здравствуйте!\n\nВаше обращение {number} закрыто. Если мы снова понадобимся, ответьте на это письмо: "
            "откроется новое обращение, которое помнит старое.",
            "de": "Hallo,\n\ndeine Anfrage {number} ist nun geschlossen. Wenn du uns wieder brauchst, antworte auf diese Mail: "
            "Es öffnet sich eine neue Anfrage, die die alte kennt.",
            "es": "Hola:\n\ntu consulta {number} está cerrada. Si nos necesitas otra vez, responde a este correo: "
            "se abrirá una consulta nueva que conoce la anterior.",
        },
    ),
}


def seed(apps, schema_editor):
    texts, versions = apps.get_model("base", "Text"), apps.get_model("base", "TextVersion")
    for key, (label, bodies) in TEXTS.items():
        text = texts.objects.get_or_create(key=key, scope="", defaults={"label": label, "placeholders": PLACES})[0]
        for language, body in bodies.items():
            versions.objects.get_or_create(text=text, language=language, version=1, defaults={"subject": "", "body": body})


class Migration(migrations.Migration):
    initial = True

    dependencies = [("base", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
