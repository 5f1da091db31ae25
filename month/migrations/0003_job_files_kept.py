"""Let a destruction list of the archives empty the files of jobs, and nothing else."""

from django.db import migrations

from month.promises import install_kept_files, release_files


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_retention'),
        ('month', '0002_job_progress'),
    ]

    operations = [
        migrations.RunPython(install_kept_files, release_files),
    ]
