import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0012_route_day_dated'),
        ('base', '0015_tasks_from_the_field'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RouteStandIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='生效日')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='失效日')),
                ('reason', models.CharField(max_length=200, verbose_name='原因')),
                ('said_at', models.DateTimeField(verbose_name='登记时间')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='base.importbatch', verbose_name='导入批次')),
                ('route', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stand_ins', to='archive.route', verbose_name='抄表段')),
                ('said_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stand_ins', to='base.staff', verbose_name='代抄人')),
            ],
            options={
                'verbose_name': '代抄',
                'verbose_name_plural': '代抄',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='archive_routestandin_period')],
            },
        ),
    ]
