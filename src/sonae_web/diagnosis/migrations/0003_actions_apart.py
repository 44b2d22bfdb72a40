from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("diagnosis", "0002_members")]
    operations = [migrations.AddField("result", "actions", models.BinaryField(default=b""))]
