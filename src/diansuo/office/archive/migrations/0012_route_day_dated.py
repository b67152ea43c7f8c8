from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0011_route_terms'),
    ]

    operations = [
        migrations.RemoveField(model_name='route', name='reading_day'),
    ]
