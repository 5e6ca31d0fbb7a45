"""The commonest words of both languages, by which a message's language is guessed.

A guess for the model's input and for choosing between lists; the model's own head decides what is
reported. Chat is short and mixes languages, so both get a share.
"""

from __future__ import annotations

from typing import Final

ENGLISH: Final = frozenset(
    """the be to of and a in that have i it for not on with he as you do at this but his by from
    they we say her she or an will my one all would there their what so up out if about who get
    which go me when make can like time just him know take people into your good some could them
    see other than then now look only come its over think also back after use two how our work
    first well way even new want because any these give day most us is are was were been has had
    did does am im i'm it's don't can't that's you're let's gonna wanna got yeah yes please thanks
    love best song track music lets dude bro guys man here hey hello really very too much more
    again never always need why where off down still last night shit fuck fucking damn""".split()
)

SPANISH: Final = frozenset(
    """de la que el en y a los se del las un por con una su para es al lo como más mas pero sus le
    ya o este sí porque esta entre cuando muy sin sobre también tambien me hasta hay donde quien
    desde todo nos durante todos uno les ni contra otros ese eso ante ellos e esto mí antes algunos
    qué que unos yo otro otras otra él tanto esa estos mucho quienes nada muchos cual poco ella
    estar estas algunas algo nosotros mi mis tú tu te ti tus ellas vosotros os mío eres soy somos
    son está estoy están estamos era fue ser tiene tengo tienes tenemos tienen hace hacer va voy
    vamos van así asi bien bueno buena hoy aquí aqui ahí allí ahora siempre nunca gracias hola qué
    cómo dónde cuándo quién vale pues jaja jajaja jajajaja tema temazo sesión noche gente tío tía
    wey güey che dale olé música canción ojalá mierda puta joder coño buenas buenos días""".split()
)
