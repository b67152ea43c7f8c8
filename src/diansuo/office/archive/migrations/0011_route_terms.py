"""What a route is, as dated rows: each route's fixed day so far holds from the beginning on."""

from datetime import date

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, F, Min, Q

ALWAYS = date(2000, 1, 1)


def begin(apps, _editor):
    """Give each route its first term; who alone reads all of it today answers for it."""
    route, duty = apps.get_model("archive", "Route"), apps.get_model("archive", "Responsibility")
    readers = duty.objects.filter(duty="reader", valid_to=None, point__route__isnull=False)
    alone = dict(
        readers.values("point__route")
        .annotate(people=Count("staff", distinct=True), one=Min("staff"))
        .filter(people=1)
        .values_list("point__route", "one")
    )
    term = apps.get_model("archive", "RouteTerm")
    term.objects.bulk_create(
        [
            term(
                route_id=pk,
                reading_day=day,
                owner_id=alone.get(pk),
                valid_from=ALWAYS,
                batch_id=batch,
            )
            for pk, day, batch in route.objects.values_list("pk", "reading_day", "batch")
        ],
        batch_size=500,
    )


def put_back(apps, _editor):
    """Write the day that holds last back onto the route."""
    route, term = apps.get_model("archive", "Route"), apps.get_model("archive", "RouteTerm")
    for held in term.objects.filter(valid_to=None):
        route.objects.filter(pk=held.route_id).update(reading_day=held.reading_day)


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0010_reach'),
        ('base', '0015_tasks_from_the_field'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='route', name='route_reading_day'),
        migrations.CreateModel(
            name='RouteTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='生效日')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='失效日')),
                ('reading_day', models.PositiveSmallIntegerField(default=1, verbose_name='抄表例日')),
                ('cycle', models.CharField(choices=[('monthly', '每月'), ('odd', '隔月（单数月）'), ('even', '隔月（双数月）')], default='monthly', max_length=8, verbose_name='抄表周期')),
                ('method', models.CharField(blank=True, choices=[('', '未定'), ('remote', '远程采集'), ('manual', '现场抄表')], default='', max_length=8, verbose_name='抄表方式')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='base.importbatch', verbose_name='导入批次')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='routes', to='base.staff', verbose_name='段负责人')),
                ('route', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='archive.route', verbose_name='抄表段')),
            ],
            options={
                'verbose_name': '抄表段参数',
                'verbose_name_plural': '抄表段参数',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=Q(('valid_to__isnull', True), ('valid_to__gt', F('valid_from')), _connector='OR'), name='archive_routeterm_period'), models.CheckConstraint(condition=Q(('reading_day__gte', 1), ('reading_day__lte', 31)), name='route_reading_day')],
            },
        ),
        migrations.RunPython(begin, put_back),
    ]
