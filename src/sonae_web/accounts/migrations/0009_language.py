"""People have a language, for the mails that tell them of what others did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_path_once")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="lang",
            field=models.CharField(choices=[("ja", "Japanese"), ("en", "English")], default="ja", max_length=2),
        )
    ]
